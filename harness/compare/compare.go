// Package compare holds two runs against each other, as their journals keep them: what
// changes for clients from one to the other, and which of that is worst. It plays nothing,
// and does not say which run is right.
package compare

import (
	"cmp"
	"slices"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/journal"
)

// Comparison is what changes from one run to another.
type Comparison struct {
	From, To Run
	// Changes are the cells in which a client feels a difference, worst first.
	Changes []Change
	// Unchanged is how many he feels none in.
	Unchanged int
	// Undecided are those of which one of the runs, or both, can say nothing.
	Undecided []Pair
	// Missing cells are in the first run alone, New ones in the second alone.
	Missing, New []harness.Cell
}

// Pair is a cell as it came out in both runs.
type Pair struct{ From, To harness.Cell }

// Journals compares two runs. A cell that was played twice counts as its second take.
func Journals(from, to *journal.Run) Comparison {
	before, after := lastTakes(from.Cells), lastTakes(to.Cells)
	c := Comparison{From: runOf(from), To: runOf(to)}
	c.Missing, c.New = without(before, after), without(after, before)
	for _, one := range before {
		if i := find(after, one); i >= 0 {
			c.add(Pair{one, after[i]})
		}
	}
	slices.SortStableFunc(c.Changes, worstFirst)
	return c
}

func (c *Comparison) add(p Pair) {
	if undecided(p.From) || undecided(p.To) {
		c.Undecided = append(c.Undecided, p)
		return
	}
	if change := changeOf(p); len(change.Points) > 0 {
		c.Changes = append(c.Changes, change)
		return
	}
	c.Unchanged++
}

// Common is how many cells both runs have.
func (c Comparison) Common() int { return len(c.Changes) + c.Unchanged + len(c.Undecided) }

// Count is how many cells change in that direction.
func (c Comparison) Count(d Direction) (n int) {
	for _, one := range c.Changes {
		if one.Direction() == d {
			n++
		}
	}
	return n
}

// undecided says that a cell tells nothing of the gateway.
func undecided(c harness.Cell) bool {
	return c.Verdict == harness.Inconclusive || c.Verdict == harness.Unsupported
}

// lastTakes are the cells as they counted in the end, in the order of their names, which
// does not depend on which of them was done first.
func lastTakes(cells []harness.Cell) []harness.Cell {
	last := map[string]harness.Cell{}
	for _, c := range cells {
		if old, ok := last[c.Key()]; !ok || c.Take >= old.Take {
			last[c.Key()] = c
		}
	}
	var found []harness.Cell
	for _, c := range last {
		found = append(found, c)
	}
	slices.SortFunc(found, byKey)
	return found
}

func byKey(a, b harness.Cell) int { return cmp.Compare(a.Key(), b.Key()) }

// find is where the cell of the same key is, -1 where there is none.
func find(cells []harness.Cell, c harness.Cell) int {
	if i, ok := slices.BinarySearchFunc(cells, c, byKey); ok {
		return i
	}
	return -1
}

// without are the cells that are not among the others.
func without(cells, others []harness.Cell) (found []harness.Cell) {
	for _, c := range cells {
		if find(others, c) < 0 {
			found = append(found, c)
		}
	}
	return found
}
