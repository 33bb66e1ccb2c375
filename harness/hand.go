package harness

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

// A bay by hand: broken until somebody mends it, with clients from outside of the lab. What is
// seen so proves nothing; a verdict is While's and Run's.

// Break breaks the bay and leaves it so until Mend. A bay is broken in one way at a time. Where
// the fault cannot be made the bay is healthy again.
func (b *Bay) Break(ctx context.Context, f Fault) error {
	if !b.broken.TryLock() {
		return &Problem{Blame: Usage, What: "something is broken already", Hint: "revert that first"}
	}
	b.byHand = true
	now, err := b.look(ctx, 0)
	if err != nil {
		return errors.Join(err, b.Mend(context.WithoutCancel(ctx)))
	}
	b.fresh = now.At // clients that nobody here knows of may just have asked
	k := bracket{bay: b, fault: f}
	if err := k.inject(ctx); err != nil {
		return errors.Join(err, b.Mend(context.WithoutCancel(ctx)))
	}
	return nil
}

// Mend reverts what Break did, and starts the gateway again where that has ended. Of a bay that
// is not broken by hand it changes nothing.
func (b *Bay) Mend(ctx context.Context) error {
	if !b.byHand {
		return nil
	}
	err := b.revert(ctx)
	b.byHand = false
	b.broken.Unlock()
	return errors.Join(err, b.lab.keepGateway(ctx))
}

// Dial is a connection to the gateway of the bay's visitor, in whose place somebody else speaks.
func (b *Bay) Dial(ctx context.Context) (io.ReadWriteCloser, error) {
	v := b.Site.visit()
	return b.lab.Agent.Connect(ctx, agent.Connect{From: b.visitor(), To: v.Address(), Socket: v.Socket, Proxy: v.Proxy})
}

// Visit is how the bay's clients come by.
func (b *Bay) Visit() Visit { return b.Site.visit() }

// Seen is what happened on the far side since then, on the lab's clock, elsewhere and in the DNS
// too.
func (b *Bay) Seen(ctx context.Context, since time.Duration) (agent.View, error) {
	return b.lab.Agent.Look(ctx, agent.Look{Bay: b.index, Hosts: append(b.indices(), agent.Elsewhere), All: true, Since: since})
}

// Holds says whether the fault of a scenario can be made in the bay: nil, or what its world
// lacks.
func (b *Bay) Holds(s Scenario) error {
	have, wants := b.Site.World, s.World
	s.Route = b.Site.Route
	if err := b.gateway.Fits(s); err != nil {
		return &Problem{Blame: Usage, What: cannotBreak + err.Error()}
	}
	switch {
	case wants.Restart && !have.Restart:
		return worldless(s, "its gateway is not started anew")
	case wants.Process && !have.Process:
		return worldless(s, "its upstream is no process")
	case wants.Resolve != Literal && wants.Resolve != have.Resolve && s.Route == nil:
		return worldless(s, "its gateway learns the upstream's address in another way")
	case wants.Needs&^have.Needs != 0:
		return worldless(s, "it has no "+(wants.Needs&^have.Needs).String())
	case wants.rest() != have.rest():
		return worldless(s, "its world is another one")
	}
	return nil
}

const cannotBreak = "this lab cannot be broken like that: "

func worldless(s Scenario, why string) error {
	p := &Problem{Blame: Usage, What: cannotBreak + why}
	if s.ID != "" {
		p.Hint = "make one for it: badgateway lab up --scenario " + s.ID
	}
	return p
}

// rest is a world without what a lab may have in vain.
func (w World) rest() World {
	w.Process, w.Alone, w.Restart, w.Resolve, w.Needs = false, false, false, Literal, 0
	return w
}
