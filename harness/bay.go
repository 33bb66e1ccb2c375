package harness

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// Bay is one scenario's part of a lab: its own host, name, firewall and clients.
// Faults break it through its verbs (break.go).
type Bay struct {
	Site   Site
	Policy Policy

	lab     *Lab
	gateway Gateway
	index   int        // of the bay, its host and its clients
	host    agent.Host // the conditions that are in force
	name    agent.Name
	link    agent.Link
	route   agent.Route
	healthy condition
	sham    bool // changes are recorded and not made

	broken  sync.Mutex // held while a fault is there
	changes []Change
	fresh   time.Time // when the gateway last had reason to look the name up
}

// condition is everything about a bay that an order can state.
type condition struct {
	host agent.Host
	name agent.Name
}

func newBay(lab *Lab, gw Gateway, index int, site Site) *Bay {
	b := &Bay{Site: site, lab: lab, gateway: gw, index: index}
	b.healthy.host = agent.Host{Index: index, Script: script.Healthy.String(), Port: site.Server.Port()}
	if site.World.Process {
		b.healthy.host.Process = agent.Running
	}
	b.healthy.name = agent.Name{Name: site.Upstream, Addrs: []netip.Addr{site.Server.Addr()}}
	b.host, b.name = b.healthy.host, b.healthy.name
	b.link, b.route = agent.Link{Host: index}, agent.Route{Host: index}
	return b
}

// heal puts everything into its healthy condition and returns once that can be felt.
func (b *Bay) heal(ctx context.Context) error {
	b.host, b.name = b.healthy.host, b.healthy.name
	err := errors.Join(
		b.lab.Agent.SetRules(ctx, agent.Rules{Bay: b.index}),
		b.lab.Agent.SetHost(ctx, b.host),
		b.healWay(ctx))
	if b.Site.World.Resolve != Literal {
		err = errors.Join(err, b.lab.Agent.SetName(ctx, b.name))
	}
	if err != nil {
		return err
	}
	return b.lab.Agent.Reach(ctx, agent.Reach{To: b.Site.Server, For: feltWithin})
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
	return b.lab.Agent.Look(ctx, agent.Look{Bay: b.index, Hosts: []int{b.index}, Name: b.name.Name, Since: since})
}

// ask plays a request of one of the bay's clients.
func (b *Bay) ask(ctx context.Context, from netip.Addr, t Traffic) (agent.Exchange, error) {
	// At its end, not at its beginning: on a busy machine the name may be looked up late, in
	// the next second.
	defer func() { b.fresh = time.Now() }()
	return b.lab.Agent.Ask(ctx, agent.Ask{
		From: from, To: netip.AddrPortFrom(agent.Front, b.Site.port()),
		Method: t.method(), Request: t.Request(b.Site), Patience: b.Policy.Patience(),
	})
}
