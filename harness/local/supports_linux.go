package local

import (
	"context"
	"errors"

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
			return &harness.Problem{What: "a lab's memory cannot be limited", Err: err, Hint: harness.Hint(err)}
		}
	}
	if n.Has(harness.Bandwidth) {
		if err := r.Try(ctx, agent.AbilityTBF); err != nil {
			return &harness.Problem{What: "a link's rate cannot be limited", Err: err, Hint: harness.Hint(err)}
		}
	}
	if !n.Has(harness.Latency) || r.Try(ctx, agent.AbilityNetem) == nil {
		return nil
	}
	if err := r.Try(ctx, agent.AbilityTUN); err != nil {
		return &harness.Problem{What: "a link cannot be made to delay, neither by netem nor by the agent", Err: err, Hint: harness.Hint(err)}
	}
	return nil
}

// help says what to do where an ability is lacking.
var help = map[string]string{
	AbilityMemory:      "run as root, or in a part of the control groups that is yours: systemd-run --user --scope badgateway ...",
	agent.AbilityTBF:   "sudo modprobe sch_tbf",
	agent.AbilityNetem: "sudo modprobe sch_netem, where the kernel has it; a lab does without where the agent can delay",
	agent.AbilityTUN:   "sudo modprobe tun; sudo chmod 666 /dev/net/tun",
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
	if err != nil {
		err = &harness.Problem{What: "trying " + ability, Err: err, Hint: help[ability]}
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
