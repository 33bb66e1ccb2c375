//go:build linux

package server

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/badgateway/badgateway/harness/agent"
)

// Main is the agent's main: `agent` serves orders, `upstream ORDER` is one of its children,
// `trace COMMAND...` runs a gateway by the lab's clock. It returns the exit code.
func Main(args []string, in io.Reader, out, errs io.Writer) int {
	var err error
	switch {
	case len(args) == 2 && args[0] == agent.UpstreamWord:
		err = ServeUpstream(args[1], in)
	case len(args) > 1 && args[0] == agent.TraceWord:
		var code int
		if code, err = Trace(args[1:]); err == nil {
			return code
		}
	case len(args) == 1 && args[0] == "agent":
		exitOn(syscall.SIGTERM, syscall.SIGINT)
		err = Serve(in, out)
	default:
		fmt.Fprintln(errs, agent.Says+"this program runs in a lab, started by badgateway")
		return 2
	}
	if err != nil {
		fmt.Fprintf(errs, agent.Says+"%v\n", err)
		return 1
	}
	return 0
}

// exitOn lets signals end the agent, as the first process of its namespace too: the
// kernel would keep them from it.
func exitOn(signals ...os.Signal) {
	ch := make(chan os.Signal, 1)
	signal.Notify(ch, signals...)
	go func() {
		<-ch
		os.Exit(0)
	}()
}
