package report

import (
	"slices"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/visible"
)

// tamed is the run with every text spelled, so that no renderer can forget one. The
// run that was given stays as it is.
func (r Run) tamed() Run {
	spell(&r.Badgateway, &r.Reference, &r.Gateway, &r.Runtime, &r.Trouble, &r.Drift, &r.Summary.Version, &r.Summary.Source)
	r.Summary.Spent.Longest = tame(r.Summary.Spent.Longest)
	r.Summary.Cells = slices.Clone(r.Summary.Cells)
	for i, c := range r.Summary.Cells {
		r.Summary.Cells[i] = tame(c)
	}
	r.Check = spelled(r.Check)
	r.Mutations = mapped(r.Mutations, Mutation.tamed)
	r.Coverage = r.Coverage.tamed()
	return r
}

func tame(c harness.Cell) harness.Cell {
	spell(&c.ID, &c.Route, &c.Method, &c.Title, &c.While, &c.Folklore, &c.Gateway, &c.Version, &c.Runtime, &c.ClockReason,
		&c.ErrorType, &c.Receipt, &c.Decided, &c.Time, &c.Reason, &c.Why, &c.Type, &c.RetryAfter, &c.CacheControl, &c.Proof)
	spell(&c.Clock)
	spell(&c.Cause)
	spell(&c.Phase)
	spell(&c.Outcome)
	spell(&c.Helps)
	spell(&c.Page)
	c.Recorded = tameRecord(c.Recorded)
	c.Timeline = mapped(c.Timeline, func(h harness.Happening) harness.Happening { spell(&h.Lane); spell(&h.What); return h })
	c.Log, c.Tried, c.At = spelled(c.Log), spelled(c.Tried), tamePosition(c.At)
	if c.Real != nil {
		real := tame(*c.Real)
		c.Real = &real
	}
	if c.Load != nil {
		load := *c.Load
		load.Ends = slices.Clone(load.Ends)
		for i := range load.Ends {
			spell(&load.Ends[i].Outcome)
		}
		c.Load = &load
	}
	c.Findings = slices.Clone(c.Findings)
	for i := range c.Findings {
		f := &c.Findings[i]
		spell(&f.Check, &f.Saw, &f.Declared, &f.Rule, &f.Cite, &f.Try)
		f.At = tamePosition(f.At)
	}
	return c
}

func tameRecord(r *harness.Record) *harness.Record {
	if r == nil {
		return nil
	}
	one := *r
	spell(&one.Outcome)
	spell(&one.Page)
	spell(&one.Time, &one.Decided, &one.Cache)
	one.Tried = mapped(r.Tried, func(a harness.Asked) harness.Asked { spell(&a.Upstream); return a })
	one.Breaks, one.At = spelled(r.Breaks), tamePosition(r.At)
	return &one
}

func tamePosition(p *harness.Position) *harness.Position {
	if p == nil {
		return nil
	}
	tame := *p
	spell(&tame.File, &tame.Says)
	return &tame
}

func (c Coverage) tamed() Coverage {
	spell(&c.Told)
	c.Unreached, c.Dropped, c.Gaps = slices.Clone(c.Unreached), slices.Clone(c.Dropped), slices.Clone(c.Gaps)
	c.NotRun, c.Skipped = slices.Clone(c.NotRun), slices.Clone(c.Skipped)
	for _, pieces := range [][]Uncovered{c.Unreached, c.Dropped} {
		for i := range pieces {
			spell(&pieces[i].Where, &pieces[i].What, &pieces[i].Why)
		}
	}
	for _, left := range [][]Left{c.NotRun, c.Skipped} {
		for i := range left {
			spell(&left[i].Fault, &left[i].Route, &left[i].Why)
		}
	}
	for i := range c.Gaps {
		spell(&c.Gaps[i].Path, &c.Gaps[i].What, &c.Gaps[i].Where)
	}
	return c
}

func spell[S ~string](texts ...*S) {
	for _, t := range texts {
		*t = S(visible.Text(string(*t)))
	}
}

// spelled is a copy of the texts, spelled.
func spelled(texts []string) []string {
	texts = slices.Clone(texts)
	for i := range texts {
		spell(&texts[i])
	}
	return texts
}
