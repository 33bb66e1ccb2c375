//go:build linux

// Command agent is what runs in a lab: it takes orders on its standard input and
// answers on its standard output. People have no use for it; `badgateway` starts it.
package main

import (
	"os"

	"github.com/badgateway/badgateway/harness/agent/server"
)

func main() {
	os.Exit(server.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
