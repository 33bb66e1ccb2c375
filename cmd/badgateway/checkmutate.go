package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/check"
	"github.com/badgateway/badgateway/harness/report"
)

// prover is for the cells that were played, but for those that a kernel's timer decides: no
// directive does.
func (c *checking) prover(rt harness.Runtime, plan check.Plan, sum harness.Summary) *check.Prover {
	p := &check.Prover{
		Subject: c.subject, Was: map[string]harness.Record{},
		Run: harness.Plan{Runtime: rt, Parallel: c.flags.labs(), Clock: harness.Clock(c.flags.clock)},
	}
	virtual := slices.ContainsFunc(sum.Cells, func(one harness.Cell) bool { return one.Clock == harness.VirtualClock })
	for _, one := range sum.Cells {
		if one.Verdict != harness.Inconclusive && one.Verdict != harness.Unsupported && (!virtual || one.Clock == harness.VirtualClock) {
			p.Was[one.Key()] = one.Record()
		}
	}
	for _, s := range plan.Play {
		if _, played := p.Was[s.Key()]; played {
			p.Guarded = append(p.Guarded, s)
		}
	}
	return p
}

// prove plays cells that fail once more, with the line altered that is said to decide them: each
// line in the first cell that it is said to decide.
func (c *checking) prove(ctx context.Context, p *check.Prover, sum harness.Summary) error {
	const most, longest = 12, 2. // lines, and seconds of the machine's time
	proven := map[harness.Position]bool{}
	for i, one := range sum.Cells {
		told := c.completed(one)
		j := slices.IndexFunc(p.Guarded, func(s harness.Scenario) bool { return s.Key() == one.Key() })
		if told.Verdict != harness.Fail || j < 0 || one.Clock != harness.VirtualClock && one.Seconds > longest {
			continue
		}
		var proofs []string
		for _, at := range report.Positions(told) {
			if proven[*at] || len(proven) == most {
				continue
			}
			if len(proven) == 0 {
				c.progress.Say("playing what fails once more, with the lines altered that decided it")
			}
			proven[*at] = true
			said, err := p.Proof(ctx, p.Guarded[j], *at)
			if err != nil {
				return err
			}
			if said != "" {
				proofs = append(proofs, fmt.Sprintf("%s:%d %s", at.File, at.Line, said))
			}
		}
		sum.Cells[i].Proof = strings.Join(proofs, "; ")
	}
	return nil
}

// mutate alters the configuration that was played, one directive at a time.
func (c *checking) mutate(ctx context.Context, p *check.Prover, plan check.Plan, sum harness.Summary) ([]report.Mutation, error) {
	for _, one := range sum.Cells {
		if one.Verdict == harness.Inconclusive {
			return nil, &harness.Problem{What: one.Key() + " is in doubt, so nothing is altered", Detail: []string{one.Reason}}
		}
	}
	others, err := c.others(plan)
	if err != nil {
		return nil, err
	}
	p.Others = others
	all, done := len(c.subject.Alterations()), 0
	c.progress.Say(fmt.Sprintf("altering the configuration, one directive at a time: %d alterations", all))
	p.Done = func(m check.Mutation) {
		done++
		said := "not noticed"
		switch {
		case m.Refused:
			said = "the gateway does not start"
		case m.Noticed != "":
			said = "noticed by " + m.Noticed
		}
		to := m.To
		if to == "" {
			to = "left out"
		}
		c.progress.Say(fmt.Sprintf("[%d/%d] %s:%d %s -> %s: %s", done, all, m.At.File, m.At.Line, m.At.Says, to, said))
	}
	found, err := p.Prove(ctx)
	mutated := []report.Mutation{}
	for _, m := range found {
		mutated = append(mutated, report.Mutation{
			At: m.At, To: m.To, Noticed: m.Noticed, Became: m.Became, Refused: m.Refused, Would: m.Would, Dead: check.Dead(found, m.Directive),
		})
	}
	return mutated, err
}

// others are the cells that could be played and are not.
func (c *checking) others(plan check.Plan) ([]harness.Scenario, error) {
	guarded := map[string]bool{}
	for _, s := range plan.Play {
		guarded[s.Key()] = true
	}
	w := c.wish
	w.Faults, w.Families = c.portable(), false
	all, err := c.subject.Plan(w)
	return slices.DeleteFunc(all.Play, func(s harness.Scenario) bool { return guarded[s.Key()] || s.Kernel().By != "" }), err
}
