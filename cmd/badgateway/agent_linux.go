package main

import (
	"os"

	"github.com/badgateway/badgateway/harness/agent/server"
	"github.com/badgateway/badgateway/harness/mutant"
	"github.com/badgateway/badgateway/harness/provision"
)

// beSomethingElse answers hidden first words: on Linux the executable is also what runs
// in a lab. It says whether it was one of them.
func beSomethingElse(args []string) (code int, was bool) {
	provision.AgentIsBuiltIn()
	if len(args) == 0 {
		return 0, false
	}
	switch args[0] {
	case "agent", "upstream":
		return server.Main(args, os.Stdin, os.Stdout, os.Stderr), true
	case "mutant":
		return mutant.Main(args[1:], os.Stdout, os.Stderr), true
	}
	return 0, false
}
