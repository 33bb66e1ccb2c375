package local

import (
	"context"
	"errors"
	"fmt"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// Supports finds out by doing it. What every lab needs comes first.
func (r *Runtime) Supports(ctx context.Context, n harness.Needs) error {
	if err := r.Allowed(ctx); err != nil {
		return err
	}
	if n.Has(harness.LimitedMemory) {
		if err := r.Try(ctx, AbilityMemory); err != nil {
			return fmt.Errorf("this user cannot limit a lab's memory here: %w", err)
		}
	}
	if n.Has(harness.Bandwidth) {
		if err := r.Try(ctx, agent.AbilityTBF); err != nil {
			return fmt.Errorf("this kernel cannot limit a link's rate: %w", err)
		}
	}
	if n.Has(harness.Latency) {
		netem := r.Try(ctx, agent.AbilityNetem)
		if netem == nil {
			return nil
		}
		if tun := r.Try(ctx, agent.AbilityTUN); tun != nil {
			return fmt.Errorf("a link cannot be made to delay: netem: %w; tun: %w", netem, tun)
		}
	}
	return nil
}

// Users says who the processes of a lab are, or why this machine allows no lab.
func (r *Runtime) Users(ctx context.Context) (string, error) {
	if err := r.Allowed(ctx); err != nil {
		return "", err
	}
	found := "labs can be made, by " + r.users.String()
	for _, err := range r.instead {
		found += "; not by " + err.Error()
	}
	return found, nil
}

// probeMemory is a limit that any agent fits into.
const probeMemory = 128 << 20

// Try returns nil, or why this machine does not let a lab do something. It finds out once,
// by doing it in a lab that is thrown away. Abilities are the agent's (agent.Client.Try),
// and AbilityMemory.
func (r *Runtime) Try(ctx context.Context, ability string) error {
	r.trying.Lock()
	defer r.trying.Unlock()
	if err, tried := r.tried[ability]; tried {
		return err
	}
	err := r.try(ctx, ability)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	r.tried[ability] = err
	return err
}

func (r *Runtime) try(ctx context.Context, ability string) (err error) {
	memory := int64(0)
	if ability == AbilityMemory {
		memory = probeMemory
	}
	l, err := r.start(ctx, agent.Root{System: "/"}, memory)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.destroy()) }()
	if ability == AbilityMemory {
		return nil
	}
	if _, err := l.agent.Build(ctx, agent.Build{Hosts: 1, Bays: 1}); err != nil {
		return l.explained("building a lab", err)
	}
	return l.agent.Try(ctx, ability)
}
