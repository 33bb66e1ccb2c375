package harness

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/badgateway/badgateway/harness/agent"
)

// The verbs of a bay that break its clients: all but the prober, which shows health.

// AskPlain lets clients speak plain HTTP to the port for TLS.
func (b *Bay) AskPlain(ctx context.Context) error {
	return b.misspeak(ctx, "lets the client speak plain HTTP to the port for TLS", func(a *agent.Ask) { a.TLS, a.HTTP2 = nil, false })
}

// AskTLS lets clients speak TLS to the port for plain HTTP.
func (b *Bay) AskTLS(ctx context.Context) error {
	return b.misspeak(ctx, "lets the client speak TLS to the port for plain HTTP", func(a *agent.Ask) {
		a.To = netip.AddrPortFrom(a.To.Addr(), b.Site.PlainPort())
	})
}

// AskHTTP2 lets clients speak HTTP/2 with prior knowledge to the port for plain HTTP.
func (b *Bay) AskHTTP2(ctx context.Context) error {
	return b.misspeak(ctx, "lets the client speak HTTP/2 to the port for plain HTTP", func(a *agent.Ask) {
		a.To, a.TLS, a.HTTP2 = netip.AddrPortFrom(a.To.Addr(), b.Site.PlainPort()), nil, true
	})
}

// misspeak alters what clients do. The receipt is what the client did in the exchange, and
// that it came from the bay's own order.
func (b *Bay) misspeak(ctx context.Context, what string, alter func(*agent.Ask)) error {
	if b.Site.World.Front != FrontTLS || b.Site.World.Setup != AlsoPlain {
		return &Problem{Blame: Usage, What: "the bay's gateway does not listen for both TLS and plain HTTP", Hint: "open it with World{Front: FrontTLS, Setup: AlsoPlain}"}
	}
	wanted := b.Site.visit().Ask(b.visitor(), Traffic{})
	alter(&wanted)
	return b.Apply(ctx, Change{
		What:      what,
		Apply:     func(context.Context) error { b.astray = alter; return nil },
		Confirm:   inForce,
		Revert:    func(context.Context) error { b.astray = nil; return nil },
		Delivered: saidTo(wanted),
	})
}

// mislead lets a client that is not the prober do what is wrong.
func (b *Bay) mislead(a *agent.Ask) {
	if b.astray != nil && a.From != b.prober() {
		b.astray(a)
	}
}

// saidTo: the visitor asked there, and in that way.
func saidTo(a agent.Ask) Proof {
	return func(e *Evidence) (string, error) {
		x, over, in := e.Exchange, "plain text", agent.HTTP11
		if x.Over != "" {
			over = "TLS"
		}
		if x.In != "" {
			in = x.In
		}
		if (a.TLS != nil) != (x.Over != "") || a.HTTP2 != (x.In == agent.HTTP2) || x.To != a.To {
			return "", fmt.Errorf("the client spoke %s over %s to %v", in, over, x.To)
		}
		return fmt.Sprintf("the client spoke %s over %s to port %d", in, over, x.To.Port()), nil
	}
}
