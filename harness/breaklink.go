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
	if err := errors.Join(b.network(), b.hangUp(ctx)); err != nil {
		return err
	}
	return b.alterHost(ctx, "lets the upstream's host leave the network", lookedForInVain(agent.HostAddr), func(h *agent.Host) {
		h.Gone = true
	})
}

// CutLink takes the host's end of its link down: the gateway's loses its carrier.
func (b *Bay) CutLink(ctx context.Context) error {
	return b.alterLink(ctx, "cuts the upstream's link", and(linkDown, lookedForInVain(agent.HostAddr)), agent.Link{Down: true})
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

// alterLink puts the bay's links into another condition.
func (b *Bay) alterLink(ctx context.Context, what string, proof Proof, link agent.Link) error {
	return b.alterWay(ctx, what, proof, func(ctx context.Context, m *machine) error {
		m.link = link
		m.link.Host = m.index
		return b.lab.Agent.SetLink(ctx, m.link)
	})
}

// alterRoute puts the gateway's routes to the bay's hosts into another condition.
func (b *Bay) alterRoute(ctx context.Context, what string, proof Proof, kind agent.RouteKind) error {
	return b.alterWay(ctx, what, proof, func(ctx context.Context, m *machine) error {
		m.route = agent.Route{Host: m.index, Kind: kind}
		return b.lab.Agent.SetRoute(ctx, m.route)
	})
}

// alterWay is the change of what lies between the gateway and the hosts.
func (b *Bay) alterWay(ctx context.Context, what string, proof Proof, alter func(context.Context, *machine) error) error {
	if err := errors.Join(b.network(), b.hangUp(ctx)); err != nil {
		return err
	}
	return b.Apply(ctx, Change{
		What: what,
		Apply: func(ctx context.Context) error {
			return b.eachBefallen(func(m *machine) error { return alter(ctx, m) })
		},
		Confirm:   inForce,
		Revert:    b.heal,
		Delivered: proof,
	})
}

// healWay puts link and route of a machine into their healthy conditions where they may be
// in others.
func (b *Bay) healWay(ctx context.Context, m *machine) (err error) {
	link, route := agent.Link{Host: m.index}, agent.Route{Host: m.index}
	if m.link != link {
		err = b.lab.Agent.SetLink(ctx, link)
	}
	if m.route != route {
		err = errors.Join(err, b.lab.Agent.SetRoute(ctx, route))
	}
	if err == nil {
		m.link, m.route = link, route
	}
	return err
}
