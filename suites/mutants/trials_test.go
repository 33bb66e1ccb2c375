package mutants_test

import (
	"context"
	"fmt"
	"slices"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega/gcustom"
	"github.com/onsi/gomega/types"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/mutant"
	"github.com/badgateway/badgateway/harness/runtimes"
	"github.com/badgateway/badgateway/scenarios"
	"github.com/badgateway/badgateway/suites/place"
)

// atOnce is how many mutants are tried side by side. Most of a trial is waiting, but
// starting a lab takes a core for half a second, and timeouts are to be measured.
const atOnce = 5

// anywhere is a runtime. Without one there is nothing to try.
func anywhere(ctx context.Context) harness.Runtime {
	rt, _, err := runtimes.Open(ctx, runtimes.Auto, runtimes.Want{From: "agent", Scenarios: scenarios.All()}, func(s string) { GinkgoWriter.Println(s) })
	place.Available(err)
	return rt
}

// trials are the runs of all mutants, each over all the scenarios that are worth it.
type trials struct {
	runtime harness.Runtime
	cancel  context.CancelFunc
	all     sync.WaitGroup
	rows    map[string]*row
}

// row is what came of one mutant's trial, once done is closed.
type row struct {
	variant mutant.Variant
	done    chan struct{}
	cells   map[string]harness.Cell
	err     error
}

// begin starts all trials, a few at a time. The honest one comes first: it is the one
// that the others are measured by.
func begin(rt harness.Runtime) *trials {
	ctx, cancel := context.WithCancel(context.Background())
	t := &trials{runtime: rt, cancel: cancel, rows: map[string]*row{}}
	places := make(chan struct{}, atOnce)
	var queue []*row
	for _, v := range everyone() {
		r := &row{variant: v, done: make(chan struct{}), cells: map[string]harness.Cell{}}
		t.rows[v.Name] = r
		queue = append(queue, r)
	}
	t.all.Go(func() {
		for _, r := range queue {
			places <- struct{}{}
			t.all.Go(func() {
				defer func() { <-places }()
				defer close(r.done)
				r.err = t.play(ctx, r)
			})
		}
	})
	return t
}

func everyone() []mutant.Variant {
	return slices.Concat([]mutant.Variant{{Name: mutant.Honest, Is: "is honest"}, sham}, mutant.Variants())
}

// stop ends the trials that still run and waits for their labs to be gone.
func (t *trials) stop() {
	t.cancel()
	t.all.Wait()
}

// of waits for a mutant's trial.
func (t *trials) of(ctx context.Context, name string) map[string]harness.Cell {
	GinkgoHelper()
	cells := t.untilEnd(ctx, name)
	if err := t.rows[name].err; err != nil {
		Fail(fmt.Sprintf("the trial of %s: %v", name, err))
	}
	return cells
}

// untilEnd waits for a mutant's trial and returns the cells that it got to.
func (t *trials) untilEnd(ctx context.Context, name string) map[string]harness.Cell {
	GinkgoHelper()
	select {
	case <-t.rows[name].done:
	case <-ctx.Done():
		Fail("the trial of " + name + " has not ended")
	}
	return t.rows[name].cells
}

// play runs a mutant over its scenarios, in one lab where that is possible.
func (t *trials) play(ctx context.Context, r *row) error {
	plan := harness.Plan{
		Runtime: t.runtime, Gateway: mutant.Gateway(r.variant.Name), Parallel: 1,
		OnCell: func(c harness.Cell) { r.cells[c.ID] = c },
	}
	if r.variant.Name == sham.Name {
		plan.Gateway, plan.Sham = mutant.Gateway(mutant.Honest), true
	}
	for _, together := range selection(r.variant) {
		plan.Scenarios = together
		if _, err := harness.Run(ctx, plan); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// selection is what a mutant is tried on. Scenarios that need a lab of their own are
// played where one is expected to tell something; a mutant that takes its lab down is
// played on what catches it, one by one.
func selection(v mutant.Variant) (runs [][]harness.Scenario) {
	var together []harness.Scenario
	for _, s := range scenarios.All() {
		caught := slices.Contains(v.Caught, s.ID) || slices.Contains(v.Warned, s.ID)
		everything := v.Name == mutant.Honest || v.Name == sham.Name
		switch {
		case v.Dies && caught:
			runs = append(runs, []harness.Scenario{s})
		case v.Dies, s.World.Alone && !caught && !everything:
		default:
			together = append(together, s)
		}
	}
	if len(together) > 0 {
		runs = append(runs, together)
	}
	return runs
}

// haveVerdict matches a cell and says why it has another one.
func haveVerdict(want harness.Verdict) types.GomegaMatcher {
	return gcustom.MakeMatcher(func(c harness.Cell) (bool, error) {
		return c.Verdict == want, nil
	}).WithTemplate("Expected {{.Data}}, but {{.Actual.ID}} is {{.Actual.Verdict}}: {{.Actual.Reason}}\n"+
		"client: {{.Actual.Status}} {{.Actual.Outcome}} after {{.Actual.Seconds}} s\n"+
		"receipt: {{.Actual.Receipt}}\nlog: {{.Actual.Log}}", want)
}

// caught is where a mutant was caught, and by what its client saw.
func caught(cells map[string]harness.Cell) (where []string) {
	for _, s := range scenarios.All() {
		if c, played := cells[s.ID]; played && c.Verdict > harness.Pass {
			where = append(where, fmt.Sprintf("%s: %s, %d, %s", s.ID, c.Verdict, c.Status, c.Outcome))
		}
	}
	return where
}
