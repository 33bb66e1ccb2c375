package report

import (
	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/visible"
)

// tamed is the run with every text spelled, so that no renderer can forget one. The
// run that was given stays as it is.
func (r Run) tamed() Run {
	spell(&r.Badgateway, &r.Reference, &r.Gateway, &r.Runtime, &r.Trouble, &r.Summary.Version, &r.Summary.Source)
	r.Summary.Spent.Longest = tame(r.Summary.Spent.Longest)
	given := r.Summary.Cells
	r.Summary.Cells = make([]harness.Cell, len(given))
	for i, c := range given {
		r.Summary.Cells[i] = tame(c)
	}
	return r
}

func tame(c harness.Cell) harness.Cell {
	spell(&c.ID, &c.Title, &c.While, &c.Folklore, &c.Gateway, &c.Version, &c.Runtime, &c.Clock,
		&c.ErrorType, &c.Receipt, &c.Decided, &c.Reason, &c.Why, &c.Type)
	spell(&c.Cause)
	spell(&c.Phase)
	spell(&c.Outcome)
	c.Log = append([]string(nil), c.Log...)
	for i := range c.Log {
		spell(&c.Log[i])
	}
	c.Findings = append([]harness.Finding(nil), c.Findings...)
	for i := range c.Findings {
		f := &c.Findings[i]
		spell(&f.Check, &f.Saw, &f.Declared)
	}
	return c
}

func spell[S ~string](texts ...*S) {
	for _, t := range texts {
		*t = S(visible.Text(string(*t)))
	}
}
