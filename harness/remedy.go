package harness

import (
	"context"
	"net/netip"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

// Remedy is what a visitor can do about a failed answer while the fault is still there. The
// least that helps counts.
type Remedy string

// The remedies, the least first.
const (
	NoRemedy   Remedy = ""                   // none is needed: the answer was the healthy one
	Refresh    Remedy = "refresh"            // the same request once more, at once
	Reconnect  Remedy = "another connection" // from another address: whoever is bound to one is not
	ClearCache Remedy = "cleared cache"      // a request that no cache may answer (RFC 9111 5.2.1.4)
	Repair     Remedy = "repair"             // nothing that a visitor can do
	// ClearAfterRepair is for what a cache goes on saying when all is well again.
	ClearAfterRepair Remedy = "repair, and then a cleared cache"
)

// remedy finds out what would have helped the visitor, with the fault in place. It waits for
// none of it for longer than nobody notices: what takes its timeout again is no help.
func (k *bracket) remedy(ctx context.Context) error {
	e := &k.evidence
	if _, whole := k.bay.healthy(e.Exchange); whole || k.sham || k.hasty {
		return nil
	}
	e.Helps = Repair
	if !e.Started {
		return nil
	}
	for _, r := range []struct {
		remedy  Remedy
		from    netip.Addr
		traffic Traffic
	}{
		{Refresh, k.bay.visitor(), k.traffic.ordinary()},
		{Reconnect, k.bay.stranger(), k.traffic.ordinary()},
		{ClearCache, k.bay.stranger(), k.traffic.past()},
	} {
		x, err := k.bay.trying(ctx, r.from, k.bay.visiting(r.traffic), e.Exchange.Ended)
		if err != nil {
			return err
		}
		if _, whole := k.bay.healthy(x); whole {
			e.Helps = r.remedy
			return nil
		}
		if OutcomeOf(x) == Hang {
			e.GaveUp = true
			return nil // so would the others
		}
	}
	return nil
}

// remedyAfterRepair finds out, when the fault is gone and requests still fail, whether it is a
// cache that says so: past it is an answer, and not without that.
func (k *bracket) remedyAfterRepair(ctx context.Context) error {
	if len(k.bay.Policy.Kept) == 0 || k.sham || k.hasty {
		return nil
	}
	for _, past := range []bool{false, true} {
		t := k.traffic.ordinary()
		if past {
			t = t.past()
		}
		x, err := k.bay.trying(ctx, k.bay.stranger(), k.bay.visiting(t), 0)
		if err != nil {
			return err
		}
		if _, whole := k.bay.healthy(x); whole != past {
			return nil
		}
	}
	k.evidence.Helps = ClearAfterRepair
	return nil
}

// trying asks as a client that has little patience left: more of it where the visitor had his
// answer at once, since so will this one.
func (b *Bay) trying(ctx context.Context, from netip.Addr, t Traffic, visitorTook time.Duration) (agent.Exchange, error) {
	a := b.visit().Ask(from, t)
	a.Patience = max(100*time.Millisecond, min(tolerable, shortest(b.Policy)/8))
	if visitorTook < a.Patience {
		a.Patience *= 4
	}
	b.mislead(&a)
	return b.lab.Agent.Ask(ctx, a)
}

// stranger is a client that has asked for nothing yet.
func (b *Bay) stranger() netip.Addr { return b.Site.visit().Client(b.index, 3) }
