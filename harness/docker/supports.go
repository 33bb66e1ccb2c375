package docker

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// abilities are what the agents of this engine were found able to do, once somebody asked.
type abilities struct {
	mu    sync.Mutex
	tried bool
	lacks
}

// lacks is why agents cannot do something, nil where they can.
type lacks struct{ tbf, netem, taps error }

// Supports finds out by doing it, once, in a lab without a gateway. Every engine limits
// memory.
func (r *Runtime) Supports(ctx context.Context, n harness.Needs) error {
	if !n.Has(harness.Bandwidth) && !n.Has(harness.Latency) {
		return nil
	}
	a := &r.abilities
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.tried {
		if err := r.try(ctx, &a.lacks); err != nil {
			return fmt.Errorf("trying what a lab can do: %w", err)
		}
		a.tried = true
	}
	return a.of(n)
}

// of is why there can be no lab that has what is needed.
func (l lacks) of(n harness.Needs) error {
	if n.Has(harness.Bandwidth) && l.tbf != nil {
		return fmt.Errorf("no link can be narrowed: %w", l.tbf)
	}
	if n.Has(harness.Latency) && l.netem != nil && l.taps != nil {
		return fmt.Errorf("no link can delay: %w, and %w", l.netem, l.taps)
	}
	return nil
}

func (r *Runtime) try(ctx context.Context, found *lacks) (err error) {
	l := &lab{runtime: r, wires: true}
	defer func() { err = errors.Join(err, l.destroy()) }()
	if _, err := l.build(ctx, agent.Build{Hosts: 1, Bays: 1}); err != nil {
		return err
	}
	for ability, lack := range map[string]*error{agent.AbilityTBF: &found.tbf, agent.AbilityNetem: &found.netem, agent.AbilityTUN: &found.taps} {
		*lack = l.agent.Try(ctx, ability)
		if errors.Is(*lack, agent.ErrGone) {
			return *lack
		}
	}
	return ctx.Err()
}
