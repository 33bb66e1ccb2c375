package mutants_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	. "github.com/onsi/ginkgo/v2"
	"github.com/onsi/gomega/gcustom"
	"github.com/onsi/gomega/types"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/mutant"
	"github.com/badgateway/badgateway/scenarios"
)

// atOnce is how many mutants are tried side by side. Most of a trial is waiting, but
// starting a lab takes a core for half a second, and timeouts are to be measured.
const atOnce = 4

// simple are the scenarios that are about any proxy, and so about mutants. Those that are about
// a configuration are failed by an altered one (suites/altered).
func simple() []harness.Scenario {
	return slices.DeleteFunc(scenarios.All(), func(s harness.Scenario) bool { return mutant.Gateway(mutant.Honest).Fits(s) != nil })
}

// trials are the runs of all mutants, each over its scenarios.
type trials struct {
	runtime harness.Runtime
	turns   *harness.Turns // of all of them
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
	t := &trials{runtime: rt, turns: harness.NewTurns(), cancel: cancel, rows: map[string]*row{}}
	places := make(chan struct{}, atOnce)
	var queue []*row
	for _, v := range everyone() {
		r := &row{variant: v, done: make(chan struct{}), cells: map[string]harness.Cell{}}
		t.rows[v.Name] = r
		queue = append(queue, r)
	}
	t.all.Go(func() {
		var first sync.WaitGroup
		for _, r := range queue {
			places <- struct{}{}
			first.Go(func() {
				defer func() { <-places }()
				r.err = t.play(ctx, r)
			})
		}
		first.Wait()
		for _, r := range queue {
			r.err = errors.Join(r.err, t.playAgain(ctx, r))
			close(r.done)
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
	for _, together := range selection(r.variant) {
		if err := t.playOn(ctx, r, together...); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (t *trials) playOn(ctx context.Context, r *row, together ...harness.Scenario) error {
	plan := harness.Plan{
		Runtime: t.runtime, Gateway: mutant.Gateway(r.variant.Name), Scenarios: together, Parallel: 1, Turns: t.turns,
		OnCell: func(c harness.Cell) { r.cells[c.ID] = c },
	}
	if r.variant.Name == sham.Name {
		plan.Gateway, plan.Sham = mutant.Gateway(mutant.Honest), true
	}
	_, err := harness.Run(ctx, plan)
	return err
}

// playAgain plays what the company of the other trials has left in doubt, one by one. What is in
// doubt with nothing injected is meant to be.
func (t *trials) playAgain(ctx context.Context, r *row) error {
	if r.variant.Name == sham.Name {
		return nil
	}
	const most = 3
	for range most {
		for _, s := range simple() {
			if c, played := r.cells[s.ID]; !played || c.Verdict != harness.Inconclusive {
				continue
			}
			if err := t.playOn(ctx, r, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// selection is what a mutant is tried on: where it is caught without fail. The honest proxy is
// tried on everything. A mutant that takes its lab down is played one scenario at a time.
func selection(v mutant.Variant) (runs [][]harness.Scenario) {
	tried := simple()
	if v.Name != mutant.Honest && v.Name != sham.Name {
		tried = slices.DeleteFunc(tried, func(s harness.Scenario) bool {
			return !slices.Contains(v.Caught, s.ID) && !slices.Contains(v.Warned, s.ID)
		})
	}
	if !v.Dies {
		return [][]harness.Scenario{tried}
	}
	for _, s := range tried {
		runs = append(runs, []harness.Scenario{s})
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
	for _, s := range simple() {
		if c, played := cells[s.ID]; played && c.Verdict > harness.Pass {
			where = append(where, fmt.Sprintf("%s: %s, %d, %s", s.ID, c.Verdict, c.Status, c.Outcome))
		}
	}
	return where
}
