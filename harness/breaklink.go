package harness

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

// The verbs of a bay that break what lies between the gateway and its upstream.

// GoAway lets the upstream's host leave the network: its address is nobody's.
func (b *Bay) GoAway(ctx context.Context) error {
	if err := b.hangUp(ctx); err != nil {
		return err
	}
	return b.alterHost(ctx, "lets the upstream's host leave the network", lookedForInVain(b.Site.Server.Addr()), func(h *agent.Host) {
		h.Gone = true
	})
}

// CutLink takes the host's end of its link down: the gateway's loses its carrier.
func (b *Bay) CutLink(ctx context.Context) error {
	return b.alterLink(ctx, "cuts the upstream's link", and(linkDown, lookedForInVain(b.Site.Server.Addr())), agent.Link{Down: true})
}

// Narrow lets the upstream send that many bytes a second and no more.
func (b *Bay) Narrow(ctx context.Context, rate uint64) error {
	return b.alterLink(ctx, fmt.Sprintf("narrows the upstream's link to %d bytes a second", rate), narrowed, agent.Link{Rate: rate})
}

// Delay makes each frame between gateway and upstream late by delay, and by up to jitter
// more, which follows from the seed. A round trip takes twice that.
func (b *Bay) Delay(ctx context.Context, delay, jitter time.Duration, seed uint64) error {
	if !b.Site.World.Needs.Has(Latency) {
		return &Problem{Blame: Usage, What: "the bay's link cannot delay", Hint: "open it with World{Needs: Latency}"}
	}
	return b.alterLink(ctx, fmt.Sprintf("makes frames late by %v, and by up to %v more", delay, jitter), delayed(delay),
		agent.Link{Delay: delay, Jitter: jitter, Seed: seed})
}

// Lose drops a share of what goes one way.
func (b *Bay) Lose(ctx context.Context, where agent.Where, loss agent.Loss) error {
	return b.Filter(ctx, fmt.Sprintf("loses %d packets of %d", loss.Lost, loss.Of),
		agent.Rule{Where: where, Loss: loss, Action: agent.Drop})
}

// LoseRoute takes the gateway's route to the upstream away. The kernel counts what finds
// none for a whole namespace, so nobody else may be there.
func (b *Bay) LoseRoute(ctx context.Context) error {
	if !b.Site.World.Alone {
		return &Problem{Blame: Usage, What: "whose route is missing cannot be told among several bays", Hint: "open a lab for one bay of a World that is Alone"}
	}
	return b.alterRoute(ctx, "takes the gateway's route to the upstream away", and(looksUp("ENETUNREACH"), unrouted), agent.NoRoute)
}

// ProhibitRoute lets a route of the gateway's host prohibit the upstream.
func (b *Bay) ProhibitRoute(ctx context.Context) error {
	return b.alterRoute(ctx, "prohibits the gateway's route to the upstream", and(looksUp("EACCES"), notConnected), agent.Prohibited)
}

// alterLink puts the bay's link into another condition.
func (b *Bay) alterLink(ctx context.Context, what string, proof Proof, link agent.Link) error {
	link.Host = b.index
	return b.alterWay(ctx, what, proof, func(ctx context.Context) error { b.link = link; return b.lab.Agent.SetLink(ctx, link) })
}

// alterRoute puts the gateway's route to the bay's host into another condition.
func (b *Bay) alterRoute(ctx context.Context, what string, proof Proof, kind agent.RouteKind) error {
	route := agent.Route{Host: b.index, Kind: kind}
	return b.alterWay(ctx, what, proof, func(ctx context.Context) error { b.route = route; return b.lab.Agent.SetRoute(ctx, route) })
}

// alterWay is the change of what lies between the gateway and the host.
func (b *Bay) alterWay(ctx context.Context, what string, proof Proof, apply func(context.Context) error) error {
	if err := b.hangUp(ctx); err != nil {
		return err
	}
	return b.Apply(ctx, Change{What: what, Apply: apply, Confirm: inForce, Revert: b.heal, Delivered: proof})
}

// healWay puts link and route into their healthy conditions where they may be in others.
func (b *Bay) healWay(ctx context.Context) (err error) {
	link, route := agent.Link{Host: b.index}, agent.Route{Host: b.index}
	if b.link != link {
		err = b.lab.Agent.SetLink(ctx, link)
	}
	if b.route != route {
		err = errors.Join(err, b.lab.Agent.SetRoute(ctx, route))
	}
	if err == nil {
		b.link, b.route = link, route
	}
	return err
}
