// Package mutant is a small reverse proxy that is honest, and some that are each wrong in
// one way: what the harness is tried on, so that it is known to bite. The proxy is
// raw on its sockets and strict about RFC 9112. It runs in a lab in place of a product,
// as PROGRAM mutant NAME CONFIGFILE, and never anywhere else: it keeps no connection
// alive, buffers no body and limits no client.
package mutant

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"github.com/badgateway/badgateway/harness"
)

// Version is what all of them call themselves.
const Version = "1"

// Honest is the name of the one that is wrong in nothing.
const Honest = "honest"

// Exit codes of Main.
const (
	exitFailed = 1 // it could not start, or it crashed as its kind does
	exitUsage  = 2
)

// Main runs the proxy of that name until it is killed. Its arguments are NAME and
// CONFIGFILE. It returns, with the reason on stderr, only where it cannot start or
// where crashing is what is wrong with it.
func Main(args []string, _, stderr io.Writer) int {
	if len(args) != 2 {
		fmt.Fprintln(stderr, "usage: mutant NAME CONFIGFILE")
		return exitUsage
	}
	conduct, ok := conductOf(args[0])
	if !ok {
		fmt.Fprintf(stderr, "mutant: nobody is called %q\n", args[0])
		return exitUsage
	}
	text, err := os.ReadFile(args[1])
	if err != nil {
		fmt.Fprintf(stderr, "mutant: reading the configuration: %v\n", err)
		return exitUsage
	}
	config, err := parseConfig(text)
	if err != nil {
		fmt.Fprintf(stderr, "mutant: %s: %v\n", args[1], err)
		return exitUsage
	}
	log := &journal{out: stderr}
	if err := run(context.Background(), config, conduct, log); err != nil {
		log.failed("", startFailure(err))
		return exitFailed
	}
	return 0
}

// run learns the addresses that are learned at start, and then listens: who can connect
// is served.
func run(ctx context.Context, config config, conduct conduct, log *journal) error {
	p := newProxy(config, conduct, log)
	if err := p.learn(ctx); err != nil {
		return err
	}
	// A lab's addresses are of IPv4. Multipath TCP, Go's default for listeners, is one
	// more thing between the client and what is tried here.
	var lc net.ListenConfig
	lc.SetMultipathTCP(false)
	l, err := lc.Listen(ctx, "tcp4", config.Listen)
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	log.listening(l.Addr())
	return p.serve(l)
}

// startFailure is how a proxy tells in its log why it is not there.
func startFailure(err error) *failure {
	f := failure{harness.PhaseStart, internalError, err.Error()}
	var known *failure
	if errors.As(err, &known) {
		f.kind, f.text = known.kind, known.text
	}
	return &f
}
