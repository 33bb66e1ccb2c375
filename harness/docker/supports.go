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
	found map[string]error // nil, or the Lack; empty before the first question
}

// Supports finds out by doing it, once, in a lab without a gateway. Every engine limits
// memory, and the files of a container are nobody else's.
func (r *Runtime) Supports(ctx context.Context, n harness.Needs) error {
	return n.Lacking(func(ability string) error {
		switch ability {
		case harness.AbilityMemory:
			return nil
		case harness.AbilityFiles:
			return &harness.Problem{Blame: harness.Usage, Lack: true, What: "a container's files are its own", Hint: "--runtime local has them"}
		case harness.AbilityRoots:
			return &harness.Problem{Blame: harness.Usage, Lack: true, What: "an agent in a container has given up what it takes", Hint: "--runtime local has it"}
		}
		if ability == harness.AbilityTracing {
			ability = agent.AbilityPtrace
		}
		a := &r.abilities
		a.mu.Lock()
		defer a.mu.Unlock()
		if a.found == nil {
			found, err := r.try(ctx)
			if err != nil {
				return fmt.Errorf("trying what a lab can do: %w", err)
			}
			a.found = found
		}
		return a.found[ability]
	})
}

func (r *Runtime) try(ctx context.Context) (found map[string]error, err error) {
	l := &lab{runtime: r, wires: true}
	defer func() { err = errors.Join(err, l.destroy()) }()
	if _, err := l.build(ctx, agent.Build{Hosts: 1, Bays: 1, Ports: true}); err != nil {
		return nil, err
	}
	found = map[string]error{}
	for _, ability := range []string{agent.AbilityTBF, agent.AbilityNetem, agent.AbilityTUN, agent.AbilityPorts, agent.AbilityPtrace} {
		err := harness.Tried(ability, l.agent.Try(ctx, ability), "")
		if err != nil && !harness.IsLack(err) {
			return nil, err
		}
		found[ability] = err
	}
	return found, ctx.Err()
}
