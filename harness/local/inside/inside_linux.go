// Package inside is the other end of the local runtime: an executable that imports it is
// a lab's agent, one of its upstreams or a mutant gateway when it is started as such, and
// never comes to its main then. It does nothing else.
package inside

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/agent/server"
	"github.com/badgateway/badgateway/harness/mutant"
)

// MutantWord is the first word of a mutant, and the value of agent.InsideVariable.
const MutantWord = "mutant"

// Two words are needed, so that a stray variable does not turn a program into an agent.
func init() {
	order := os.Getenv(agent.InsideVariable)
	if order == "" || len(os.Args) < 2 {
		return
	}
	switch os.Args[1] {
	case agent.AgentWord:
		if err := serve(order); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	case agent.UpstreamWord:
		os.Exit(server.Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	case MutantWord:
		os.Exit(mutant.Main(os.Args[2:], os.Stdout, os.Stderr))
	}
}

func serve(text string) error {
	var order agent.Inside
	if err := json.Unmarshal([]byte(text), &order); err != nil {
		return fmt.Errorf("reading the lab's order: %w", err)
	}
	if order.Unmapped {
		return server.Mapped(order)
	}
	return server.ServeInside(os.Stdin, os.Stdout, order)
}
