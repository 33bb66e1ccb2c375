package harness

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

// Bay is one scenario's part of a lab: its own hosts, names, firewall and clients.
// Faults break it through its verbs (break.go).
type Bay struct {
	Site   Site
	Policy Policy

	lab      *Lab
	gateway  Gateway
	index    int // of the bay and its clients
	machines []*machine
	sham     bool          // changes are recorded and not made
	patience time.Duration // of its clients, 0 for the policy's

	astray func(*agent.Ask) // what its visitor does wrong, nil for nothing
	misled atomic.Bool      // clients take the way that is configured wrongly
	visits func(*Traffic)   // how the visitor asks otherwise, nil where it does not

	broken  sync.Mutex // held while a fault is there
	changes []Change
	load    *Load         // what a crowd got, once it has left
	fresh   time.Duration // when the gateway last had reason to look a name up, on the lab's clock
	byHand  bool          // it is Break that broke it
}

func newBay(lab *Lab, gw Gateway, index int, site Site) *Bay {
	return &Bay{Site: site, lab: lab, gateway: gw, index: index, machines: machinesOf(site)}
}

// heal puts everything into its healthy condition and returns once that can be felt.
func (b *Bay) heal(ctx context.Context) error {
	err := errors.Join(
		b.lab.Agent.SetRules(ctx, agent.Rules{Bay: b.index}),
		b.each(func(m *machine) error { return b.healMachine(ctx, m) }))
	if err != nil {
		return err
	}
	return b.each(func(m *machine) error {
		if m.healthy.host.Socket != "" || m.healthy.host.Program != nil {
			return nil // who listens there listens once the order is in force
		}
		return b.lab.Agent.Reach(ctx, agent.Reach{To: m.lives, For: feltWithin})
	})
}

// feltWithin bounds how long an order may take to be felt: far more than it needs
// (measured below 1 ms), so that a loaded machine does not fail it.
const feltWithin = 5 * time.Second

// Apply makes a change and returns once it can be felt. Its Revert is noted first, so
// that a partial change is reverted too.
func (b *Bay) Apply(ctx context.Context, c Change) error {
	b.changes = append(b.changes, c)
	if b.sham {
		return nil
	}
	if err := c.Apply(ctx); err != nil {
		return err
	}
	return c.Confirm(ctx)
}

// revert undoes all changes, the last first, whatever fails.
func (b *Bay) revert(ctx context.Context) error {
	var errs []error
	for i := len(b.changes) - 1; i >= 0; i-- {
		if !b.sham {
			errs = append(errs, b.changes[i].Revert(ctx))
		}
	}
	b.changes = nil
	return errors.Join(errs...)
}

// look takes in the bay's far side.
func (b *Bay) look(ctx context.Context, since time.Duration) (agent.View, error) {
	return b.lab.Agent.Look(ctx, agent.Look{Bay: b.index, Hosts: b.indices(), Names: b.names(), Since: since})
}

// ask plays a request of one of the bay's clients.
func (b *Bay) ask(ctx context.Context, from netip.Addr, t Traffic) (x agent.Exchange, err error) {
	return b.asks(ctx, from, t, false)
}

// asks is ask, or one that is done while something else is.
func (b *Bay) asks(ctx context.Context, from netip.Addr, t Traffic, aside bool) (x agent.Exchange, err error) {
	// At its end, not at its beginning: on a busy machine the name may be looked up late, in
	// the next second.
	defer func() { b.fresh = x.Began + x.Ended }()
	a := b.visit().Ask(from, t)
	if a.Patience = b.Policy.Patience(); b.patience > 0 {
		a.Patience = b.patience
	}
	a.Aside = aside
	b.mislead(&a)
	return b.lab.Agent.Ask(ctx, a)
}

// visit is how the bay's clients come by, at the moment.
func (b *Bay) visit() Visit {
	v := b.Site.visit()
	if b.Site.World.Misled && !b.misled.Load() {
		v.Path = WellPath
	}
	return v
}

// visitor is the client whose request meets the fault, prober the one that asks before and
// after it.
func (b *Bay) visitor() netip.Addr { return b.Site.visit().Client(b.index, 1) }
func (b *Bay) prober() netip.Addr  { return b.Site.visit().Client(b.index, 2) }
