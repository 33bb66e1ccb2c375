package harness

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Plan is what a run plays.
type Plan struct {
	Runtime   Runtime
	Gateway   Gateway
	Scenarios []Scenario
	// Clock is by what the labs live, "" for the machine's. A scenario that a kernel's timer may
	// decide is played by the machine's all the same, and its cell says why.
	Clock Clock
	// Confirm is which cells of a virtual clock are played by the machine's too, a sample as Seed
	// has it. Where the two differ the cell is in doubt, and Cell.Real is the other.
	Confirm Confirm
	// InRows lets scenarios of a route that live by a virtual clock follow one another in a lab,
	// where otherwise each has one. That is much faster, and what an earlier one leaves behind may
	// be felt.
	InRows bool
	// Parallel is how many labs may stand at once, 0 for as many as memory and cores
	// bear. Those that take longest begin first.
	Parallel int
	// Turns are taken with the other runs that have the same ones; nil is for a run that goes on alone.
	Turns *Turns
	// Shuffle disorders who has which bay and whose lab begins first, as Seed has it.
	Shuffle bool
	Seed    uint64
	// Sham plays everything and injects nothing: a run in which no cell may pass.
	Sham bool
	// OnCell is told of every cell as it is judged, one at a time; nil is deaf.
	OnCell func(Cell)
	// Say is told in a line what was chosen for the run; nil is deaf.
	Say func(string)
}

// gatewayOf is what a scenario is played on.
func (p *Plan) gatewayOf(s Scenario) Gateway {
	if s.Gateway != nil {
		return s.Gateway
	}
	return p.Gateway
}

// Summary is what came of a run.
type Summary struct {
	Cells   []Cell // in the order of the plan; a cell that was played twice counts as its second take
	Version string
	Source  string // where the gateway's program came from
	Spent   LabSpent
}

// LabSpent is where the time of the longest lab went, in seconds.
type LabSpent struct {
	Start, Play, Stop float64
	// Longest is the cell that Play waited for.
	Longest Cell
}

// Verdict is the greatest of the cells'. Unsupported ones do not count, but a run that
// has no others has shown nothing.
func (s Summary) Verdict() Verdict {
	worst := Pass
	if !slices.ContainsFunc(s.Cells, func(c Cell) bool { return c.Verdict != Unsupported }) {
		worst = Inconclusive
	}
	for _, c := range s.Cells {
		worst = max(worst, c.Verdict)
	}
	return worst
}

// Run plays the plan: scenarios side by side in one lab, each in its bay; those that
// touch what others share in labs of their own. An inconclusive cell is played once
// more in a fresh lab; a fail never is. The error is the lab's or ctx's: the cells
// that were judged until then are in the Summary.
func Run(ctx context.Context, plan Plan) (Summary, error) {
	if plan.Turns == nil {
		plan.Turns = NewTurns()
	}
	return (&run{plan: &plan, cells: map[string]Cell{}}).play(ctx)
}

func (r *run) play(ctx context.Context) (Summary, error) {
	var ready []Scenario
	var wg sync.WaitGroup
	var unready error
	wg.Go(func() { ready, unready = r.ready(ctx) })
	r.readPolicies()
	err := r.clocks(ctx)
	wg.Wait()
	if err == nil {
		err = unready
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err == nil {
		r.sampled = r.sample(ready)
		groups := r.arranged(ready)
		err = r.labs(ctx, groups, 1, r.places(groups))
	}
	if err == nil {
		err = r.labs(ctx, r.doubtful(ready), 2, runtime.NumCPU()) // each other is what they may have suffered from
	}
	return r.summary(), err
}

type run struct {
	plan    *Plan
	timing  timing
	sampled map[string]bool // by key: whose cells are confirmed

	policies policies

	mu    sync.Mutex
	cells map[string]Cell
	sum   Summary
}

// ready returns the scenarios that can be played. The others are unsupported, and known
// to be before anything runs.
func (r *run) ready(ctx context.Context) (ready []Scenario, err error) {
	support := support{r.plan.Runtime, map[Needs]error{}}
	for _, s := range r.plan.Scenarios {
		err := r.plan.gatewayOf(s).Fits(s)
		if err == nil {
			if err = support.of(ctx, s.World.Needs); err != nil && !IsLack(err) {
				return nil, err
			}
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if err == nil {
			ready = append(ready, s)
			continue
		}
		c := newCell(r.plan, s, 1)
		c.Verdict, c.Reason = Unsupported, err.Error()
		if hint := Hint(err); hint != "" {
			c.Reason += "; " + hint
		}
		r.record(c)
	}
	return ready, nil
}

// arranged puts the scenarios into the labs that they are played in, in the order in which
// those begin.
func (r *run) arranged(ready []Scenario) [][]row {
	if r.plan.Shuffle {
		shuffle(ready, r.plan.Seed)
	}
	var arranged [][]row
	for _, c := range []Clock{RealClock, VirtualClock} { // a lab has one
		own := slices.DeleteFunc(slices.Clone(ready), func(s Scenario) bool { own, _ := r.clock(s); return own != c })
		if !r.plan.Shuffle && c == RealClock { // those that wait for long begin together, while the labs of others are opened
			longestFirst(own, r.expects)
		}
		arranged = append(arranged, groups(own, r.plan.Gateway.Capacity(), r.plan.InRows && c == VirtualClock)...)
	}
	if !r.plan.Shuffle {
		longestFirst(arranged, r.takes)
	}
	return arranged
}

// doubtful returns the scenarios to play again, each alone.
func (r *run) doubtful(scenarios []Scenario) (again [][]row) {
	for _, s := range scenarios {
		if c := r.cells[s.Key()]; c.Verdict == Inconclusive && c.Real == nil && !r.plan.Sham { // two clocks that differ will again
			again = append(again, rowsOf(s))
		}
	}
	return again
}

// labs plays the groups, each in a lab of its own, so many side by side.
func (r *run) labs(ctx context.Context, groups [][]row, take, atOnce int) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	places := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	for _, g := range groups {
		places <- struct{}{}
		wg.Go(func() {
			defer func() { <-places }()
			err := r.lab(ctx, g, take)
			if err == nil {
				err = r.confirm(ctx, slices.Concat(g...))
			}
			if err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// lab opens a lab, plays the rows in it side by side and destroys it.
func (r *run) lab(ctx context.Context, rows []row, take int) (err error) {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var open *OpenLab
	var began time.Time
	scenarios := slices.Concat(rows...)
	err = r.plan.Turns.take(ctx, ofLab, r.takes(rows), func() (err error) {
		began = time.Now()
		clock, _ := r.clock(scenarios[0])
		open, err = OpenBy(ctx, clock, r.plan.Runtime, r.plan.gatewayOf(scenarios[0]), plotsOf(rows)...)
		return err
	})
	if err != nil {
		return err
	}
	spent := LabSpent{Start: time.Since(began).Seconds()}
	defer func() {
		stopping := time.Now()
		err = errors.Join(err, open.Close())
		spent.Stop = time.Since(stopping).Seconds()
		r.took(spent)
	}()
	r.learn(open)
	playing := time.Now()
	var wg sync.WaitGroup
	errs := make([]error, len(rows))
	cells := make([][]Cell, len(rows))
	for i := range rows {
		wg.Go(func() { cells[i], errs[i] = r.row(ctx, rows[i], open.Bays[i], take, len(scenarios) > 1) })
	}
	wg.Wait()
	spent.Play, spent.Longest = time.Since(playing).Seconds(), longest(slices.Concat(cells...))
	return errors.Join(errs...)
}

// row plays scenarios one after the other in their bay.
func (r *run) row(ctx context.Context, scenarios row, b *Bay, take int, shared bool) (cells []Cell, err error) {
	for i, s := range scenarios {
		if i > 0 {
			if err := b.forgiven(ctx); err != nil {
				return cells, err
			}
		}
		c, err := r.cell(ctx, s, b, take, shared)
		if err != nil {
			return cells, err
		}
		cells = append(cells, c)
	}
	return cells, nil
}

// cell plays one scenario in its bay. The error is ctx's; all else is in the cell.
func (r *run) cell(ctx context.Context, s Scenario, b *Bay, take int, shared bool) (Cell, error) {
	k := bracket{bay: b, fault: s.Fault, traffic: s.Traffic, turns: r.plan.Turns, waits: r.expects(s), sham: r.plan.Sham, insist: s.Insist, hasty: s.Hasty, logs: s.logs()}
	b.patience = s.Patience
	err := k.play(ctx)
	if ctx.Err() != nil {
		return Cell{}, context.Cause(ctx)
	}
	if shared && k.crashed() {
		err = errSharedCrash
	}
	c := newCell(r.plan, s, take)
	c.Clock, c.ClockReason = r.clock(s)
	c.Version = b.lab.Gateway.Version()
	c.judge(s, r.plan.gatewayOf(s).Deviations(c.Version), &k, err)
	r.record(c)
	return c, nil
}

// errSharedCrash is no verdict: which of the faults in the lab it was, or whether it was
// one at all, is seen when the scenario is played alone.
var errSharedCrash = errors.New("the gateway crashed, or was killed, in a lab with other scenarios")

func longest(cells []Cell) (found Cell) {
	for _, c := range cells {
		if c.Spent.Total() > found.Spent.Total() {
			found = c
		}
	}
	return found
}

func (r *run) record(c Cell) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cells[c.Key()] = c
	if r.plan.OnCell != nil {
		r.plan.OnCell(c)
	}
}

func (r *run) say(line string) {
	if r.plan.Say != nil {
		r.plan.Say(line)
	}
}

func (r *run) learn(open *OpenLab) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sum.Version, r.sum.Source = open.Lab.Gateway.Version(), open.Lab.Gateway.Source()
}

// took keeps where the time of the longest lab went.
func (r *run) took(s LabSpent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s.Start+s.Play+s.Stop > r.sum.Spent.Start+r.sum.Spent.Play+r.sum.Spent.Stop {
		r.sum.Spent = s
	}
}

func (r *run) summary() Summary {
	for _, s := range r.plan.Scenarios {
		if c, ok := r.cells[s.Key()]; ok {
			r.sum.Cells = append(r.sum.Cells, c)
		}
	}
	return r.sum
}

func plotsOf(rows []row) []Plot {
	plots := make([]Plot, len(rows))
	for i, w := range rows {
		plots[i] = w.plot()
	}
	return plots
}
