package harness

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// The verbs of a bay that bring it real traffic.

// Employ gives the upstream that many workers, any number if zero, who play a script for each
// connection. What that means for anybody is seen by a crowd.
func (b *Bay) Employ(ctx context.Context, workers int, s script.Script) error {
	if err := b.network(); err != nil {
		return err
	}
	who := "any number of workers"
	if workers > 0 {
		who = plural(workers, "worker")
	}
	said := func(*Evidence) (string, error) { return "the upstream had " + who, nil }
	return b.alterHost(ctx, fmt.Sprintf("gives the upstream %s, who play: %s", who, s), said, func(h *agent.Host) {
		h.Script, h.Workers = s.String(), workers
	})
}

// crowdSize is how many clients a crowd is of, each with an address of its own.
const crowdSize = 16

// Come lets a crowd come by a plan, of which the visitor is the last, and waits until so many
// of it have come through to the upstreams. It is healed when all of the crowd have left. The
// proof is what shows that it was too much for somebody.
func (b *Bay) Come(ctx context.Context, at []time.Duration, through int, proof Proof) error {
	who := make([]int, crowdSize)
	for i := range who {
		who[i] = agent.FirstOfCrowd + i
	}
	return b.come(ctx, at, through, proof, who...)
}

// ComeTwice lets the visitor ask for something just before, and not wait for the answer.
func (b *Bay) ComeTwice(ctx context.Context, proof Proof) error {
	const visitor = 1
	return b.come(ctx, agent.Steady(1, 0), 1, proof, visitor)
}

func (b *Bay) come(ctx context.Context, at []time.Duration, through int, proof Proof, who ...int) error {
	if !b.Site.World.Crowd {
		return &Problem{Blame: Usage, What: "the bay is for no crowd", Hint: "open it with World{Crowd: true}"}
	}
	visit := b.Site.visit()
	c := coming{bay: b, through: through, load: agent.Load{Bay: b.index, At: at}}
	for _, i := range who {
		a := visit.Ask(visit.Client(b.index, i), Traffic{})
		a.Patience = b.Policy.Patience()
		c.load.Asks = append(c.load.Asks, a)
	}
	return b.Apply(ctx, Change{
		What:  fmt.Sprintf("lets %s come from %s", plural(len(at), "request"), plural(min(len(who), len(at)), "client")),
		Apply: c.begin, Confirm: c.arrive, Revert: c.end,
		Delivered: and(asPlanned, proof),
	})
}

// coming is a crowd on its way.
type coming struct {
	bay     *Bay
	load    agent.Load
	through int // how many of them the upstreams are to see
	begun   bool
	until   int // connections that had begun to the upstreams before it
}

func (c *coming) begin(ctx context.Context) (err error) {
	if c.until, err = c.attempts(ctx); err != nil {
		return err
	}
	c.begun = true
	return c.bay.lab.Agent.Load(ctx, c.load)
}

// arrive waits until as many as are to come through to the upstreams are there. A gateway that
// lets in fewer is not waited for: what comes of that is for checks.
func (c *coming) arrive(ctx context.Context) error {
	const within = 2 * tolerable
	for late := time.After(within); ; {
		if n, err := c.attempts(ctx); err != nil || n-c.until >= c.through {
			return err
		}
		select {
		case <-late:
			return nil
		default:
		}
		if err := c.bay.lab.pause(ctx, between/10); err != nil {
			return err
		}
	}
}

// end waits until everybody has left, and sums up.
func (c *coming) end(ctx context.Context) error {
	if !c.begun {
		return nil
	}
	arrivals, err := c.bay.lab.Agent.Loaded(ctx, c.load)
	attempts, lookErr := c.attempts(ctx)
	if err = errors.Join(err, lookErr); err != nil {
		return err
	}
	c.bay.load = loadOf(arrivals, attempts-c.until)
	return nil
}

func (c *coming) attempts(ctx context.Context) (n int, err error) {
	const never = time.Duration(math.MaxInt64) // none of the events
	v, err := c.bay.look(ctx, never)
	for _, h := range v.Hosts {
		n += h.Attempts
	}
	return n, err
}
