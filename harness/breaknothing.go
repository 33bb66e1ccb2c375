package harness

import (
	"cmp"
	"context"
	"fmt"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// Leave gives the upstream an order as every other verb does, and the order is to serve. It
// is the control of an experiment: what a gateway does wrong then, it does without a fault.
// The wait of no time is what tells that serving from the one that nobody ordered, so that
// a run which injects nothing does not have this proven either.
func (b *Bay) Leave(ctx context.Context) error {
	s := script.Script{{Steps: []script.Step{{Verb: script.Wait}, {Verb: script.Serve}}}}
	return b.alterHost(ctx, "leaves the upstream as it is", and(begun(s[0], 1), spoken(b.Site.speaks())), func(h *agent.Host) {
		h.Script = s.String()
	})
}

// spoken: the upstream got the visitor's request, whole and in that protocol. "" is HTTP/1 of
// any version.
func spoken(p agent.Protocol) Proof {
	return func(e *Evidence) (string, error) {
		ev := e.event(agent.Request, func(ev agent.Event) bool {
			return e.fromGateway(ev) && (ev.Protocol == p || p == "" && (ev.Protocol == agent.HTTP10 || ev.Protocol == agent.HTTP11))
		})
		if ev == nil {
			return "", fmt.Errorf("no request in %s came to the upstream", cmp.Or(p, "http/1"))
		}
		return "the upstream got the request in " + string(ev.Protocol), nil
	}
}
