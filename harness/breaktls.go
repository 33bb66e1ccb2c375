package harness

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/authority"
)

// Show lets the upstream show a certificate with a flaw.
func (b *Bay) Show(ctx context.Context, f authority.Flaw) error {
	return b.secure(ctx, "lets the upstream show a certificate "+string(f), agent.ServerTLS{Shows: f}, shown(f))
}

// ShowUnasked is Show to whom says no name; whoever says one is shown a good certificate.
func (b *Bay) ShowUnasked(ctx context.Context, f authority.Flaw) error {
	return b.secure(ctx, "lets the upstream show a certificate "+string(f)+" to whom says no name",
		agent.ServerTLS{Shows: f, ShowsUnasked: true}, shown(f))
}

// Age is Show for an upstream that was not started anew: it still knows the gateway's sessions,
// and shows its certificate to whom begins another.
func (b *Bay) Age(ctx context.Context, f authority.Flaw) error {
	return b.secure(ctx, "lets the upstream's certificate become "+string(f), agent.ServerTLS{Shows: f, Resumes: true}, resumedOrShown(f))
}

// Insist lets the upstream speak TLS in one manner only. Whether the gateway shares that is its
// affair: what is proven is that it came to a handshake in which the upstream had the say.
func (b *Bay) Insist(ctx context.Context, on agent.ServerTLS, what string) error {
	return b.secure(ctx, "lets the upstream "+what, on, handshaken)
}

func (b *Bay) secure(ctx context.Context, what string, as agent.ServerTLS, proof Proof) error {
	if !b.Site.World.TLS && b.Site.Route == nil {
		return &Problem{Blame: Usage, Lack: true, What: "the bay's upstream is not spoken to over TLS", Hint: "open it with World{TLS: true}"}
	}
	return b.alterHost(ctx, what, proof, func(h *agent.Host) { h.TLS = as })
}

// secured is the first handshake that the test accepts, of those that the gateway began.
func (e *Evidence) secured(test func(agent.Event) bool) *agent.Event {
	return e.event(agent.Secured, func(ev agent.Event) bool { return e.fromGateway(ev) && test(ev) })
}

// shown: the certificate was shown on the gateway's connection. What a gateway does about it,
// in the handshake or after it, is its affair.
func shown(f authority.Flaw) Proof {
	return func(e *Evidence) (string, error) {
		ev := e.secured(func(ev agent.Event) bool { return ev.Shown == f && ev.Text != agent.Resumed })
		if ev == nil {
			return "", fmt.Errorf("the upstream showed the gateway no certificate %s", f)
		}
		return fmt.Sprintf("the upstream showed the gateway a certificate %s (the handshake: %s)", f, ev.Text), nil
	}
}

// resumedOrShown: the gateway came with an earlier session, in place of which it would have
// been shown the certificate, or it was shown that.
func resumedOrShown(f authority.Flaw) Proof {
	return func(e *Evidence) (string, error) {
		if e.secured(func(ev agent.Event) bool { return ev.Text == agent.Resumed && ev.Shown == f }) != nil {
			return fmt.Sprintf("the gateway resumed an earlier session, so the upstream had not to show its certificate %s", f), nil
		}
		return shown(f)(e)
	}
}

// handshaken: the upstream had its say in the gateway's handshake, and one of the two said what
// came of it.
func handshaken(e *Evidence) (string, error) {
	ev := e.secured(func(ev agent.Event) bool { return !strings.HasPrefix(ev.Text, agent.Left) })
	switch {
	case ev == nil:
		return "", errors.New("no handshake with the gateway was finished, refused or declined")
	case ev.Text == agent.Whole, ev.Text == agent.Resumed:
		return "the upstream took the gateway's handshake", nil
	}
	return "the handshake with the gateway was " + ev.Text, nil
}
