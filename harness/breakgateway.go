package harness

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

// The verbs of a bay that befall the gateway's own process. Others would feel them, so the bay
// is alone in its lab.

// SignalMeanwhile sends the gateway a signal once the upstream has the visitor's request.
func (b *Bay) SignalMeanwhile(ctx context.Context, s agent.Signal) error {
	if err := b.isAlone(); err != nil {
		return err
	}
	s.Host = b.machines[0].index
	whom := "the gateway"
	if s.Worker {
		whom = "the gateway's worker"
	}
	w := meanwhile{bay: b, do: func(ctx context.Context) error { return b.lab.Agent.Signal(ctx, s) }}
	return b.Apply(ctx, Change{
		What:  fmt.Sprintf("sends %s SIG%s in mid-request", whom, s.Name),
		Apply: w.begin, Confirm: inForce, Revert: w.end,
		Delivered: func(e *Evidence) (string, error) {
			ev := e.event(agent.Signalled, func(ev agent.Event) bool { return ev.Text == s.Name })
			if ev == nil {
				return "", errors.New("no signal was sent while the upstream had the request")
			}
			return fmt.Sprintf("%s got SIG%s %v after the request", whom, s.Name, milliseconds(ev.At-e.Exchange.Began)), nil
		},
	})
}

func (b *Bay) isAlone() error {
	if b.Site.World.Alone {
		return nil
	}
	return &Problem{Blame: Usage, What: "others would feel what befalls the gateway's own process", Hint: "open a lab for one bay of a World that is Alone"}
}

// meanwhile does something once a request has come to the bay's upstream.
type meanwhile struct {
	bay  *Bay
	do   func(context.Context) error
	stop context.CancelFunc
	done sync.WaitGroup
	err  error
}

func (m *meanwhile) begin(ctx context.Context) error {
	now, err := m.bay.look(ctx, 0)
	if err != nil {
		return err
	}
	ctx, m.stop = context.WithCancel(context.WithoutCancel(ctx))
	m.done.Go(func() { m.err = m.bay.lab.playing(ctx, func() error { return m.watch(ctx, now.At) }) })
	return nil
}

// watch waits for the request. It looks often enough for the shortest of timeouts to be long.
func (m *meanwhile) watch(ctx context.Context, since time.Duration) error {
	for {
		v, err := m.bay.look(ctx, since)
		if ctx.Err() != nil {
			return nil // nobody asked, which the receipt says
		}
		if err != nil {
			return err
		}
		if slices.ContainsFunc(v.Events, func(ev agent.Event) bool { return ev.Kind == agent.Request }) {
			return m.do(ctx)
		}
		if m.bay.lab.pause(ctx, between) != nil {
			return nil
		}
	}
}

// end returns what kept it from being done.
func (m *meanwhile) end(context.Context) error {
	if m.stop != nil {
		m.stop()
		m.done.Wait()
	}
	return errors.Join(m.err, m.bay.heal(context.Background()))
}

// UseUpPorts lets other clients have the gateway hold a connection to the upstream from every
// port that its kernel may take: there are few.
func (b *Bay) UseUpPorts(ctx context.Context) error {
	if err := errors.Join(b.network(), b.isAlone()); err != nil {
		return err
	}
	if !b.Site.World.Needs.Has(LimitedPorts) {
		return &Problem{Blame: Usage, What: "the lab was not made for a gateway with few ports", Hint: "open it with World{Needs: LimitedPorts}"}
	}
	const few = 4
	if err := b.Apply(ctx, Change{
		What:      fmt.Sprintf("leaves the gateway's kernel %d ports for connections of its own", few),
		Apply:     func(ctx context.Context) error { return b.lab.Agent.SetPorts(ctx, agent.Ports{Count: few}) },
		Confirm:   inForce,
		Revert:    func(ctx context.Context) error { return b.lab.Agent.SetPorts(ctx, agent.Ports{}) },
		Delivered: func(*Evidence) (string, error) { return fmt.Sprintf("the gateway's kernel had %d ports", few), nil },
	}); err != nil {
		return err
	}
	return b.FillFront(ctx, FailedIn(PhaseConnect))
}

// FillFront lets other clients ask for what the upstream never answers, until the gateway
// takes no more: until one of them fails.
func (b *Bay) FillFront(ctx context.Context, proof Proof) error {
	if err := b.isAlone(); err != nil {
		return err
	}
	if err := b.alterHost(ctx, "lets the upstream answer nobody", unproven, func(h *agent.Host) {
		h.Script = "read-request; hold"
	}); err != nil {
		return err
	}
	c := crowd{bay: b}
	return b.Apply(ctx, Change{
		What:  "lets clients ask until the gateway takes no more",
		Apply: c.gather, Confirm: inForce, Revert: c.leave,
		Delivered: proof,
	})
}

// crowd are clients of the gateway that wait for an answer.
type crowd struct {
	bay  *Bay
	stop context.CancelFunc
	here sync.WaitGroup
}

// mostFilled bounds a crowd: a gateway that takes more is not full.
const mostFilled = 64

func (c *crowd) gather(ctx context.Context) error {
	began, err := c.bay.look(ctx, 0)
	if err != nil {
		return err
	}
	var asking context.Context
	asking, c.stop = context.WithCancel(context.WithoutCancel(ctx))
	for n := 1; n <= mostFilled; n++ {
		failed := make(chan struct{})
		c.here.Go(func() {
			defer close(failed)
			c.bay.asks(asking, c.bay.stranger(), Traffic{}, true)
		})
		if taken, err := c.taken(ctx, began.At, n, failed); err != nil || !taken {
			return err
		}
	}
	return &Problem{What: fmt.Sprintf("the gateway took %d requests and would take more", mostFilled)}
}

// taken waits until the upstream has n requests, or the gateway has failed one of them.
func (c *crowd) taken(ctx context.Context, since time.Duration, n int, failed <-chan struct{}) (bool, error) {
	late := time.After(feltWithin)
	for {
		v, err := c.bay.look(ctx, since)
		if err != nil {
			return false, err
		}
		got := 0
		for _, ev := range v.Events {
			if ev.Kind == agent.Request {
				got++
			}
		}
		if got >= n {
			return true, nil
		}
		select {
		case <-failed:
			return false, nil
		case <-late:
			return false, &Problem{What: fmt.Sprintf("the gateway has neither passed on nor failed the last of %d requests after %v", n, feltWithin)}
		default:
		}
		if err := c.bay.lab.pause(ctx, between/10); err != nil {
			return false, err
		}
	}
}

// leave lets the upstream end what it holds, and waits until everybody has gone.
func (c *crowd) leave(ctx context.Context) error {
	err := c.bay.heal(ctx)
	if c.stop != nil {
		c.here.Wait()
		c.stop()
	}
	return err
}
