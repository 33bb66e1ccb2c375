// Package inside is the other end of the local runtime: an executable that imports it is
// a lab's agent, one of its upstreams or a mutant gateway when it is started as such, and
// never comes to its main then. It does nothing else.
package inside

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

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
	spare := -1
	if order.Unmapped {
		spare = agent.MappedDescriptor
	}
	if err := CloseInherited(spare); err != nil {
		return err
	}
	if order.Unmapped {
		return server.Mapped(order)
	}
	return server.ServeInside(os.Stdin, os.Stdout, order)
}

// CloseInherited closes what the process was handed without being told: descriptors that
// whoever started the harness left open, in which a gateway could find the machine's
// folders. Spared are the standard three and one more, and all that this process opened
// itself, which are closed by exec as Go has it.
func CloseInherited(spare int) error {
	const folder = "/proc/self/fd"
	open, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("looking for inherited descriptors: %w", err)
	}
	for _, f := range open {
		fd, err := strconv.Atoi(f.Name())
		if err != nil || fd <= 2 || fd == spare {
			continue
		}
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC == 0 {
			unix.Close(fd)
		}
	}
	return nil
}
