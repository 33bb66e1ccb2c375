package harness

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Clock is the time by which a lab lives.
type Clock string

// The clocks.
const (
	RealClock    Clock = "real"    // the machine's
	VirtualClock Clock = "virtual" // stands still while anything goes on in the lab, and jumps to what is next
	// AutoClock is virtual where the gateway would wait for long, if the machine can.
	AutoClock Clock = "auto"
)

// longWait is the timeout over which AutoClock wants a virtual clock.
const longWait = 5 * time.Second

// Kernel is what of the kernel's may decide what comes of a scenario.
func (s Scenario) Kernel() Kernel {
	if s.Fault.Kernel.By == "" && s.World.Needs.Has(Latency) {
		return ByRoundTrip
	}
	return s.Fault.Kernel
}

// timing is which scenarios of a run want a virtual clock, and whether there is one.
type timing struct {
	wanted map[string]bool   // by key
	kernel map[string]string // by key: what of the kernel's decides, so that it has to be the machine's
	most   Setting           // the longest timeout among theirs
	lack   error             // why there is none; nil where there is one, or nobody asked for it
}

// choosesClock says whether any scenario may want another clock than the machine's.
func (r *run) choosesClock() bool { return r.plan.Clock != "" && r.plan.Clock != RealClock }

// clocks finds out which scenarios want a virtual clock, and whether there can be one.
func (r *run) clocks(ctx context.Context) error {
	r.timing.wanted, r.timing.kernel = map[string]bool{}, map[string]string{}
	for _, s := range r.plan.Scenarios {
		if !r.choosesClock() || r.plan.gatewayOf(s).Fits(s) != nil {
			continue
		}
		policy, err := r.policy(s)
		if err != nil {
			return err
		}
		longest := policy.Longest()
		if r.plan.Clock == AutoClock && longest.Value <= longWait {
			continue
		}
		r.timing.wanted[s.Key()] = true
		if k := s.Kernel(); k.Decides(policy) {
			r.timing.kernel[s.Key()] = k.String()
		}
		if longest.Value > r.timing.most.Value {
			r.timing.most = longest
		}
	}
	if len(r.timing.wanted) == 0 {
		return nil
	}
	err := r.plan.Runtime.Supports(ctx, VirtualTime)
	if IsLack(err) {
		r.timing.lack, err = err, nil
	}
	if err == nil {
		r.say(r.timing.told())
	}
	return err
}

// told says what was chosen, in a line.
func (t timing) told() string {
	wait := fmt.Sprintf("%s would wait up to %v (%s)", plural(len(t.wanted), "cell"), t.most.Value, t.most)
	if t.lack != nil {
		return fmt.Sprintf("%s, and do: %v", wait, t.lack)
	}
	return wait + ": the clock is virtual"
}

// policies is by what a gateway goes in each scenario.
type policies struct {
	mu    sync.Mutex
	known map[string]Policy // by key
}

// policy is by what the gateway goes in a scenario.
func (r *run) policy(s Scenario) (Policy, error) {
	r.policies.mu.Lock()
	policy, known := r.policies.known[s.Key()]
	r.policies.mu.Unlock()
	if known {
		return policy, nil
	}
	gw := r.plan.gatewayOf(s)
	sites := sitesOf(gw, plotsOf(rowsOf(s)))
	boot, err := gw.Boot(sites)
	if err != nil {
		return Policy{}, fmt.Errorf("configuring %s: %w", gw.Name(), err)
	}
	if policy, err = gw.Policy(boot, sites[0]); err != nil {
		return Policy{}, err
	}
	r.policies.mu.Lock()
	defer r.policies.mu.Unlock()
	if r.policies.known == nil {
		r.policies.known = map[string]Policy{}
	}
	r.policies.known[s.Key()] = policy
	return policy, nil
}

// readPolicies reads them all, on all cores. What cannot be read says so to who asks for it.
func (r *run) readPolicies() {
	var wg sync.WaitGroup
	cores := runtime.NumCPU()
	for core := range cores {
		wg.Go(func() {
			for i := core; i < len(r.plan.Scenarios); i += cores {
				if s := r.plan.Scenarios[i]; (r.choosesClock() || s.Waits == 0) && r.plan.gatewayOf(s).Fits(s) == nil {
					r.policy(s)
				}
			}
		})
	}
	wg.Wait()
}

// Longest is the longest of the times that a client may have to wait for.
func (p Policy) Longest() Setting {
	return slices.MaxFunc([]Setting{p.Read, p.Connect, p.Send, p.Resolve}, func(a, b Setting) int { return int(a.Value - b.Value) })
}

// clock is by what a scenario is played, and why by no other where another one was wanted.
func (r *run) clock(s Scenario) (c Clock, why string) {
	switch {
	case !r.timing.wanted[s.Key()]:
		return RealClock, ""
	case r.timing.kernel[s.Key()] != "":
		return RealClock, r.timing.kernel[s.Key()]
	case r.timing.lack != nil:
		return RealClock, r.timing.lack.Error()
	}
	return VirtualClock, ""
}

// pause waits for so much of the lab's time.
func (l *Lab) pause(ctx context.Context, d time.Duration) error {
	if l.clock == VirtualClock {
		return l.Agent.Sleep(ctx, d)
	}
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// playing keeps a virtual clock from jumping while something is done, unless that waits for an
// answer, or pauses.
func (l *Lab) playing(ctx context.Context, do func() error) error {
	if l.clock != VirtualClock {
		return do()
	}
	if err := l.Agent.Play(ctx, true); err != nil {
		return err
	}
	defer l.Agent.Play(context.WithoutCancel(ctx), false)
	return do()
}

// pauseSince waits until so much of the lab's time has passed since a moment.
func (b *Bay) pauseSince(ctx context.Context, moment, d time.Duration) error {
	now, err := b.look(ctx, 0)
	if err != nil {
		return err
	}
	return b.lab.pause(ctx, moment+d-now.At)
}
