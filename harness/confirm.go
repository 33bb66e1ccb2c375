package harness

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
)

// Confirm says which cells of a virtual clock are played by the machine's as well.
type Confirm string

// The choices.
const (
	ConfirmNone   Confirm = ""
	ConfirmSample Confirm = "sample" // some of those that take no longer than confirmWithin
	ConfirmAll    Confirm = "all"
)

// A sample is that many cells, of those that waited no longer than so many seconds.
const (
	confirmSample = 16
	confirmWithin = 3.
)

// confirm plays cells of the virtual clock by the machine's. One that comes out otherwise is in
// doubt, whatever it was: one of the two clocks lies.
func (r *run) confirm(ctx context.Context) error {
	sample := r.toConfirm()
	if len(sample) == 0 {
		return nil
	}
	line := fmt.Sprintf("to confirm them, %s played again by the machine's clock", plural(len(sample), "cell"))
	if r.plan.Confirm == ConfirmSample {
		line += fmt.Sprintf("; the same ones again: --seed %d", r.plan.Seed)
	}
	r.say(line)
	real := *r.plan
	real.Scenarios, real.Clock, real.Confirm, real.OnCell = sample, RealClock, ConfirmNone, nil
	sum, err := Run(ctx, real)
	for _, c := range sum.Cells {
		r.confirmed(c)
	}
	return err
}

// toConfirm are the scenarios of the cells that are to be played again.
func (r *run) toConfirm() (chosen []Scenario) {
	for _, s := range r.plan.Scenarios {
		c, played := r.cells[s.Key()]
		if !played || r.plan.Confirm == ConfirmNone || c.Clock != VirtualClock || c.Verdict == Inconclusive {
			continue
		}
		if r.plan.Confirm == ConfirmAll || c.Seconds+c.Recovery <= confirmWithin {
			chosen = append(chosen, s)
		}
	}
	if r.plan.Confirm == ConfirmSample && len(chosen) > confirmSample {
		rand.New(rand.NewPCG(r.plan.Seed, 1)).Shuffle(len(chosen), func(i, j int) { chosen[i], chosen[j] = chosen[j], chosen[i] })
		chosen = chosen[:confirmSample]
	}
	return chosen
}

// confirmed holds a cell against what it was by the machine's clock.
func (r *run) confirmed(real Cell) {
	r.mu.Lock()
	c := r.cells[real.Key()]
	r.mu.Unlock()
	c.Real = &real
	if one, other := c.told(), real.told(); one != other && real.Verdict != Inconclusive {
		c.Verdict, c.Reason = Inconclusive, fmt.Sprintf("the clocks differ: %s by the virtual one, %s by the machine's", one, other)
	}
	r.record(c)
}

// told is what does not depend on the clock.
func (c Cell) told() string {
	said := fmt.Sprintf("%v, %d %s after %d attempts", c.Verdict, c.Status, c.Outcome, c.Attempts)
	if c.Load != nil {
		said = c.Verdict.String() // what each of a crowd gets is chance
	}
	var broken []string
	for _, f := range c.Findings {
		if !f.Held {
			broken = append(broken, f.Check)
		}
	}
	if len(broken) > 0 {
		said += " (not so: " + strings.Join(broken, ", ") + ")"
	}
	return said
}
