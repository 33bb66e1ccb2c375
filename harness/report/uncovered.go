package report

import (
	"fmt"

	"github.com/badgateway/badgateway/harness"
)

// notCovered is a piece that was not, of whatever kind.
type notCovered struct{ kind, what, where, why string }

// uncovered is all that was not covered, what concerns whole routes first. Faults that were
// not played for the same reason are one, on all their routes.
func (r Run) uncovered() (all []notCovered) {
	c := r.Coverage
	for _, u := range c.Unreached {
		all = append(all, notCovered{"unreached", u.What, u.Where, u.Why})
	}
	for _, u := range c.Dropped {
		all = append(all, notCovered{"left out", u.What, u.Where, u.Why})
	}
	for _, g := range c.Gaps {
		all = append(all, notCovered{"made up", g.Path, g.Where, g.What})
	}
	return append(append(append(all, left("not played", c.NotRun)...), left("unsupported", unsupported(r.Summary.Cells))...),
		left("skipped", c.Skipped)...)
}

func unsupported(cells []harness.Cell) (found []Left) {
	for _, c := range cells {
		if c.Verdict == harness.Unsupported {
			found = append(found, Left{c.ID, c.Route, c.Reason})
		}
	}
	return found
}

func left(kind string, given []Left) (folded []notCovered) {
	index, routes := map[[2]string]int{}, map[int]int{}
	for _, l := range given {
		i, known := index[[2]string{l.Fault, l.Why}]
		if !known {
			i = len(folded)
			index[[2]string{l.Fault, l.Why}] = i
			folded = append(folded, notCovered{kind, l.Fault, l.Route, l.Why})
		}
		if routes[i]++; routes[i] > 1 {
			folded[i].where = fmt.Sprintf("%d routes", routes[i])
		}
	}
	return folded
}
