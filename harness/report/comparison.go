package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/compare"
)

// differences are the first line of a comparison.
func differences(c compare.Comparison) string {
	var said []string
	for _, d := range c.Differences() {
		said = append(said, fmt.Sprintf("%s %s -> %s", d.What, cmp.Or(d.From, "unknown"), cmp.Or(d.To, "unknown")))
	}
	if len(said) == 0 {
		return c.From.String() + ", both times"
	}
	return strings.Join(said, "; ")
}

// early are the runs that did not come to their end: what is missing may be that.
func early(c compare.Comparison) (said []string) {
	for i, r := range []compare.Run{c.From, c.To} {
		if r.Early != "" {
			said = append(said, fmt.Sprintf("the %s run did not come to its end: %s", [...]string{"first", "second"}[i], r.Early))
		}
	}
	return said
}

// list is a heading with what is under it.
type list struct {
	title   string
	entries []entry
}

// uncompared are those in which nothing can be better or worse.
func uncompared(c compare.Comparison) (found []list) {
	var undecided, missing, added []entry
	for _, p := range c.Undecided {
		undecided = append(undecided, entry{name: p.From.Key(), text: undecidedly(p)})
	}
	for _, one := range c.Missing {
		missing = append(missing, entry{name: one.Key(), text: "it was " + one.Verdict.String() + ": " + seen(one)})
	}
	for _, one := range c.New {
		added = append(added, entry{name: one.Key(), text: "it is " + one.Verdict.String() + ": " + seen(one)})
	}
	for _, l := range []list{
		{"undecided, since one of the runs says nothing of the gateway", undecided},
		{"missing in the second run", missing}, {"new in the second run", added},
	} {
		if len(l.entries) > 0 {
			found = append(found, l)
		}
	}
	return found
}

// undecidedly says which of the two is in doubt and why.
func undecidedly(p compare.Pair) string {
	said := func(c harness.Cell) string {
		if c.Reason == "" || c.Verdict != harness.Inconclusive && c.Verdict != harness.Unsupported {
			return c.Verdict.String()
		}
		return c.Verdict.String() + " (" + c.Reason + ")"
	}
	if before, after := said(p.From), said(p.To); before != after {
		return before + " became " + after
	}
	return said(p.To) + " both times"
}

// countsOf is the last line: what became of all cells.
func countsOf(c compare.Comparison) string {
	said := fmt.Sprintf("%s in both runs: %d worse, %d otherwise, %d better, %d unchanged", cells(c.Common()),
		c.Count(compare.Worse), c.Count(compare.Otherwise), c.Count(compare.Better), c.Unchanged)
	for _, more := range []struct {
		n    int
		what string
	}{{len(c.Undecided), "undecided"}, {len(c.Missing), "missing"}, {len(c.New), "new"}} {
		if more.n > 0 {
			said += fmt.Sprintf(", %d %s", more.n, more.what)
		}
	}
	return said
}

// pointed is a difference in words.
func pointed(c compare.Change, p compare.Point) string {
	switch p.Aspect {
	case compare.Result:
		return saw(c.From) + " became " + saw(c.To)
	case compare.Attempts:
		return attempted(c)
	case compare.Time:
		return waitedFor(c.From) + " became " + waitedFor(c.To)
	case compare.Recovery:
		return "served again " + duration(c.From.Recovery) + " after the fault, which became " + duration(c.To.Recovery)
	case compare.Field:
		return fielded(p)
	}
	if p.Kept {
		return fmt.Sprintf("the gateway now %s; it did not before: %s", p.Check, p.Saw)
	}
	return fmt.Sprintf("the gateway no longer %s: %s", p.Check, p.Saw)
}

func fielded(p compare.Point) string {
	switch {
	case p.To == "":
		return fmt.Sprintf("%s: %s is lost", p.Field, p.From)
	case p.From == "":
		return fmt.Sprintf("%s: %s is new", p.Field, p.To)
	}
	return fmt.Sprintf("%s: %s became %s", p.Field, p.From, p.To)
}

func attempted(c compare.Change) string {
	said := fmt.Sprintf("%d attempts", c.From.Attempts)
	if c.From.Attempts == 1 {
		said = "1 attempt"
	}
	if compare.Repeats(c.To) {
		said += " at a " + c.To.Method
	}
	return fmt.Sprintf("%s became %d", said, c.To.Attempts)
}

// waitedFor is how long the client waited, with what that is made of.
func waitedFor(c harness.Cell) string {
	if c.Time == "" {
		return duration(c.Seconds)
	}
	return duration(c.Seconds) + " (" + c.Time + ")"
}

// tameComparison is the comparison with every text spelled.
func tameComparison(c compare.Comparison) compare.Comparison {
	for _, r := range []*compare.Run{&c.From, &c.To} {
		spell(&r.Gateway, &r.Version, &r.Source, &r.Runtime, &r.Badgateway, &r.Selection, &r.Early)
	}
	c.Changes = mapped(c.Changes, func(one compare.Change) compare.Change {
		one.Pair = tamePair(one.Pair)
		one.Points = mapped(one.Points, func(p compare.Point) compare.Point { spell(&p.Check, &p.Saw, &p.Field, &p.From, &p.To); return p })
		return one
	})
	c.Undecided = mapped(c.Undecided, tamePair)
	c.Missing, c.New = mapped(c.Missing, tame), mapped(c.New, tame)
	return c
}

func tamePair(p compare.Pair) compare.Pair { return compare.Pair{From: tame(p.From), To: tame(p.To)} }

// mapped is a new slice of what f makes of each.
func mapped[E any](of []E, f func(E) E) []E {
	var made []E
	for _, one := range of {
		made = append(made, f(one))
	}
	return made
}
