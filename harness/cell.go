package harness

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

// Finding is how one check came out.
type Finding struct {
	Strength Strength `json:"strength"`
	Check    string   `json:"check"`
	Held     bool     `json:"held"`
	Doubt    bool     `json:"doubt,omitempty"`
	Saw      string   `json:"saw,omitempty"` // what was seen instead
	// Declared is the reason of a declared deviation that replaced the check.
	Declared string `json:"declared,omitempty"`
}

// Cell is the record of one scenario on one gateway, as the journal keeps it.
type Cell struct {
	Type      string    `json:"type"` // "cell"
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	Cause     Cause     `json:"cause"`
	Phase     Phase     `json:"phase"`
	While     string    `json:"while"` // the fault's title
	Folklore  string    `json:"folklore,omitempty"`
	Gateway   string    `json:"gateway"`
	Version   string    `json:"version"`
	Runtime   string    `json:"runtime"`
	Clock     string    `json:"clock"`
	Take      int       `json:"take"`   // 2: played again, in a lab of its own
	Status    int       `json:"status"` // 0: there was none
	Outcome   Outcome   `json:"outcome"`
	Seconds   float64   `json:"seconds"`
	Attempts  int       `json:"attempts"`
	Log       []string  `json:"log"`
	ErrorType string    `json:"error_type"`
	Receipt   string    `json:"receipt"`
	Decided   string    `json:"decided"` // the setting that decided how long it took
	Verdict   Verdict   `json:"verdict"`
	Reason    string    `json:"reason"` // of the verdict, in a sentence
	Why       string    `json:"why"`
	Findings  []Finding `json:"findings"`
	Recovery  float64   `json:"recovery_seconds"`
	Spent     Spent     `json:"spent"`
}

// Spent is where the time of a cell went, in seconds.
type Spent struct {
	Baseline float64 `json:"baseline"`
	Inject   float64 `json:"inject"`
	Wait     float64 `json:"wait"`
	Revert   float64 `json:"revert"` // and recovery
}

// player plays one scenario in one bay. Its steps are the only control flow there is.
type player struct {
	plan     *Plan
	scenario Scenario
	bay      *Bay
	cell     Cell
	evidence Evidence
	proofs   []Proof
}

// play brackets the fault with health: baseline, inject and confirm, observe, revert
// whatever happened, recovery, judge. The error is ctx's; all else is in the cell.
func (p *player) play(ctx context.Context) (Cell, error) {
	p.evidence.Host = p.bay.index
	err := p.timed(&p.cell.Spent.Baseline, func() error { return p.baseline(ctx) })
	if err == nil {
		err = p.underFault(ctx)
	}
	if ctx.Err() != nil {
		return p.cell, context.Cause(ctx)
	}
	p.judge(err)
	return p.cell, nil
}

func (p *player) underFault(ctx context.Context) (err error) {
	defer func() {
		safe := context.WithoutCancel(ctx)
		err = errors.Join(err, p.timed(&p.cell.Spent.Revert, func() error { return p.recover(safe) }))
		p.readLog(safe)
	}()
	if err := p.timed(&p.cell.Spent.Inject, func() error { return p.inject(ctx) }); err != nil {
		return fmt.Errorf("injecting: %w", err)
	}
	return p.timed(&p.cell.Spent.Wait, func() error { return p.observe(ctx) })
}

func (p *player) timed(spent *float64, do func() error) error {
	began := time.Now()
	defer func() { *spent = time.Since(began).Seconds() }()
	return do()
}

// baseline shows that the bay is healthy through the gateway before anything is broken.
func (p *player) baseline(ctx context.Context) error {
	x, err := p.bay.ask(ctx, agent.Prober(p.bay.index), p.scenario.Traffic)
	if err != nil {
		return fmt.Errorf("baseline: %w", err)
	}
	healthy := Evidence{Exchange: x, Outcome: OutcomeOf(x)}
	if healthy.Outcome != Answered || x.Response.Status != 200 {
		return fmt.Errorf("no healthy baseline: the gateway gave %s", healthy.Saw())
	}
	p.evidence.Baseline = x.Ended
	p.evidence.Before, err = p.bay.look(ctx, x.Began)
	return err
}

func (p *player) inject(ctx context.Context) error {
	if p.bay.sham {
		p.bay.changes = nil
	}
	if err := p.scenario.Fault.Inject(ctx, p.bay); err != nil {
		return err
	}
	for _, c := range p.bay.changes {
		p.proofs = append(p.proofs, c.Delivered)
	}
	if p.scenario.World.Restart {
		return p.restart(ctx)
	}
	return nil
}

// restart starts the gateway anew. That it does not come up is no error here.
func (p *player) restart(ctx context.Context) error {
	logged := len(p.bay.lab.Gateway.Log().Lines())
	if err := p.bay.lab.Gateway.Stop(ctx); err != nil {
		return fmt.Errorf("stopping the gateway: %w", err)
	}
	err := p.bay.lab.startGateway(ctx)
	p.evidence.Startup = p.bay.lab.Gateway.Log().Lines()[logged:]
	if err != nil && !errors.Is(err, errGatewayEnded) {
		return err
	}
	return nil
}

func (p *player) observe(ctx context.Context) (err error) {
	e := &p.evidence
	e.Started = p.bay.lab.gatewayRuns()
	since := e.Before.At
	if e.Started {
		if e.Exchange, err = p.bay.ask(ctx, agent.Visitor(p.bay.index), p.scenario.Traffic); err != nil {
			return err
		}
		e.Outcome, since = OutcomeOf(e.Exchange), e.Exchange.Began
	} else {
		e.Outcome = DidNotStart
	}
	e.After, err = p.bay.look(ctx, since)
	return err
}

// recover reverts, then asks until the gateway serves again.
func (p *player) recover(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, recoverWithin)
	defer cancel()
	if err := p.bay.revert(ctx); err != nil {
		return fmt.Errorf("reverting: %w", err)
	}
	if !p.bay.lab.gatewayRuns() {
		if err := p.bay.lab.startGateway(ctx); err != nil {
			return fmt.Errorf("starting the gateway again: %w", err)
		}
	}
	return p.untilServed(ctx)
}

// recoverWithin bounds revert and recovery together.
const recoverWithin = 20 * time.Second

// untilServed asks until an answer is healthy or a gateway's usual grudge against a
// failed upstream (10 s, nginx fail_timeout's default) would be over.
func (p *player) untilServed(ctx context.Context) error {
	const grudge = 10 * time.Second
	r := &p.evidence.Recovery
	for began := time.Now(); time.Since(began) < grudge; {
		x, err := p.bay.ask(ctx, agent.Prober(p.bay.index), p.scenario.Traffic)
		if err != nil {
			return fmt.Errorf("recovery: %w", err)
		}
		r.After = time.Since(began)
		if seen := (Evidence{Exchange: x, Outcome: OutcomeOf(x)}); seen.Outcome != Answered || x.Response.Status != 200 {
			r.Failed++
			r.Last = seen.Saw()
			select {
			case <-time.After(20 * time.Millisecond): // so that asking is not a load
			case <-ctx.Done():
				return context.Cause(ctx)
			}
			continue
		}
		r.Recovered = true
		return nil
	}
	return nil
}

// readLog collects what the gateway logged about the visitor. The log comes by another
// way than the answer: where something went wrong it is given a moment to arrive.
func (p *player) readLog(ctx context.Context) {
	const moment = time.Second
	ctx, cancel := context.WithTimeout(ctx, moment)
	defer cancel()
	e := &p.evidence
	smooth := e.Outcome == Answered && e.Exchange.Response.Status/100 != 5
	p.bay.lab.Gateway.Log().Until(ctx, func(lines []string) bool {
		e.Log = p.about(agent.Visitor(p.bay.index).String(), lines)
		return smooth || len(e.Log) > 0
	})
	e.Log = append(e.Log, p.about("", e.Startup)...)
	slices.SortStableFunc(e.Log, func(a, b LogLine) int { return severity(b) - severity(a) })
}

// about picks the lines that tell of a client's exchange, "" for those of no client.
func (p *player) about(client string, lines []string) (found []LogLine) {
	for _, line := range lines {
		if l, ok := p.plan.Gateway.Read(line); ok && l.Client == client {
			found = append(found, l)
		}
	}
	return found
}

// severity puts the lines that name a cause first.
func severity(l LogLine) int {
	if l.ErrorType != "" {
		return 1
	}
	return 0
}
