//go:build linux

// Command agent is what runs in a lab: it takes orders on its standard input and
// answers on its standard output. People have no use for it; `badgateway` starts it.
package main

import (
	"os"

	"github.com/badgateway/badgateway/harness/agent/server"
	"github.com/badgateway/badgateway/harness/mutant"
)

func main() {
	args := os.Args[1:]
	if len(args) > 0 && args[0] == "mutant" {
		os.Exit(mutant.Main(args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(server.Main(args, os.Stdin, os.Stdout, os.Stderr))
}
