package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/check"
	"github.com/badgateway/badgateway/harness/report"
)

// mutate alters the configuration that was played, one directive at a time.
func (c *checking) mutate(ctx context.Context, rt harness.Runtime, plan check.Plan, sum harness.Summary) ([]report.Mutation, error) {
	p := check.Prover{
		Subject: c.subject, Was: map[string]harness.Record{},
		Run: harness.Plan{Runtime: rt, Parallel: c.flags.labs(), Clock: harness.Clock(c.flags.clock)},
	}
	virtual := slices.ContainsFunc(sum.Cells, func(one harness.Cell) bool { return one.Clock == harness.VirtualClock })
	for i, one := range sum.Cells {
		switch {
		case one.Verdict == harness.Inconclusive:
			return nil, &harness.Problem{What: one.Key() + " is in doubt, so nothing is altered", Detail: []string{one.Reason}}
		case one.Verdict == harness.Unsupported, virtual && one.Clock != harness.VirtualClock: // what a kernel decides no directive does
			continue
		}
		p.Was[one.Key()] = one.Record()
		p.Guarded = append(p.Guarded, plan.Play[i])
	}
	others, err := c.others(plan)
	if err != nil {
		return nil, err
	}
	p.Others = others
	all, done := len(check.Alterations(c.subject.Config)), 0
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
