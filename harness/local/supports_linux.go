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
	return n.Lacking(func(ability string) error { return r.Try(ctx, ability) })
}

// help says what to do where an ability is lacking.
var help = map[string]string{
	harness.AbilityMemory: "run as root, or in a part of the control groups that is yours: systemd-run --user --scope badgateway ...",
	agent.AbilityTBF:      "sudo modprobe sch_tbf",
	agent.AbilityNetem:    "sudo modprobe sch_netem, where the kernel has it; a lab does without where the agent can delay",
	agent.AbilityPtrace:   "sudo sysctl kernel.yama.ptrace_scope=1, or a container that may trace; --clock real does without",
	agent.AbilityTUN:      "sudo modprobe tun; sudo chmod 666 /dev/net/tun",
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

// Try returns nil, or the Lack of an ability: the agent's (agent.Client.Try), or to limit a
// lab's memory. It finds out once, by doing it in a lab that is thrown away. Any other
// error is what kept it from finding out.
func (r *Runtime) Try(ctx context.Context, ability string) error {
	if err := r.Allowed(ctx); err != nil {
		return err
	}
	r.trying.Lock()
	defer r.trying.Unlock()
	if err, tried := r.tried[ability]; tried {
		return err
	}
	err := r.try(ctx, ability)
	if err == nil || harness.IsLack(err) {
		r.tried[ability] = err
	}
	return err
}

func (r *Runtime) try(ctx context.Context, ability string) (err error) {
	switch ability {
	case harness.AbilityMemory:
		return r.tryMemory(ctx)
	case harness.AbilityFiles, harness.AbilityRoots:
		return nil // the agent makes all roots there are
	case harness.AbilityTracing:
		ability = agent.AbilityPtrace
	}
	l, err := r.start(ctx, agent.Root{System: "/"}, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.destroy()) }()
	if _, err := l.agent.Build(ctx, agent.Build{Hosts: 1, Bays: 1, Ports: true}); err != nil {
		return l.explained("building a lab", err)
	}
	return harness.Tried(ability, l.agent.Try(ctx, ability), help[ability])
}

// tryMemory makes a lab whose memory is limited. Where others stand and this one does not, it
// is the limit that cannot be had.
func (r *Runtime) tryMemory(ctx context.Context) error {
	l, err := r.start(ctx, agent.Root{System: "/"}, probeMemory)
	if err == nil {
		err = l.destroy()
	}
	if err == nil || ctx.Err() != nil {
		return err
	}
	return &harness.Problem{Lack: true, What: "trying " + harness.AbilityMemory, Err: err, Hint: help[harness.AbilityMemory]}
}
