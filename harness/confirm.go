package harness

import (
	"context"
	"fmt"
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

// A sample is of that many cells, those of them that waited no longer than so many seconds.
const (
	confirmSample = 16
	confirmWithin = 3.
)

// sample chooses those of the scenarios that are to be played by the machine's clock too, by their
// keys, and says so.
func (r *run) sample(scenarios []Scenario) map[string]bool {
	var chosen []Scenario
	for _, s := range scenarios {
		if c, _ := r.clock(s); c == VirtualClock && r.plan.Confirm != ConfirmNone {
			chosen = append(chosen, s)
		}
	}
	if len(chosen) == 0 {
		return nil
	}
	line := fmt.Sprintf("%s played by the machine's clock too", plural(len(chosen), "cell"))
	if r.plan.Confirm == ConfirmSample {
		shuffle(chosen, r.plan.Seed)
		chosen = chosen[:min(len(chosen), confirmSample)]
		line = fmt.Sprintf("%s played by the machine's clock too, if over within %.0f s; the same ones again: --seed %d",
			plural(len(chosen), "cell"), confirmWithin, r.plan.Seed)
	}
	r.say(line)
	keys := map[string]bool{}
	for _, s := range chosen {
		keys[s.Key()] = true
	}
	return keys
}

// confirm plays those of a virtual lab's cells by the machine's clock that are to be, beside other
// labs. One that comes out otherwise is in doubt, whatever it was: one of the two clocks lies.
func (r *run) confirm(ctx context.Context, played []Scenario) error {
	again := r.toConfirm(played)
	if len(again) == 0 {
		return nil
	}
	plan := *r.plan
	plan.Scenarios, plan.Clock, plan.Confirm, plan.Parallel, plan.OnCell, plan.Say = again, RealClock, ConfirmNone, 1, nil, nil
	sum, err := (&run{plan: &plan, cells: map[string]Cell{}}).play(ctx)
	for _, c := range sum.Cells {
		r.confirmed(c)
	}
	return err
}

// toConfirm are those of the sample that can be: what is in doubt already is played again first.
func (r *run) toConfirm(played []Scenario) (again []Scenario) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range played {
		c := r.cells[s.Key()]
		soon := r.plan.Confirm == ConfirmAll || c.Seconds+c.Recovery <= confirmWithin
		if r.sampled[s.Key()] && c.Verdict != Inconclusive && soon {
			again = append(again, s)
		}
	}
	return again
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
