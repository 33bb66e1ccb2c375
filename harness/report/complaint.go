package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// complaint is one thing that is not as it should be, with all cells in which the same
// line of the configuration brought it about.
type complaint struct {
	verdict harness.Verdict // Pass for what is only noted
	about   string          // the rule, or the fault
	cite    string
	what    string // in a sentence
	at      *harness.Position
	try     string
	cells   []harness.Cell
	ofRule  bool
}

// complaints are those of the run, the worst first, and of equals those first that more
// cells have.
func (r Run) complaints() []complaint {
	var all []complaint
	index := map[string]int{}
	for _, c := range r.Summary.Cells {
		for _, one := range complaintsOf(c) {
			i, known := index[one.key()]
			if !known {
				i = len(all)
				index[one.key()] = i
				all = append(all, one)
			}
			all[i].add(c)
		}
	}
	slices.SortStableFunc(all, func(a, b complaint) int {
		return cmp.Or(cmp.Compare(b.verdict, a.verdict), cmp.Compare(len(b.cells), len(a.cells)))
	})
	return all
}

// add folds a cell in. Two findings of a cell may be the same complaint.
func (m *complaint) add(c harness.Cell) {
	if n := len(m.cells); n == 0 || m.cells[n-1].Key() != c.Key() {
		m.cells = append(m.cells, c)
	}
}

// key is the same for what is folded: a rule at a line whatever the fault, or else what was
// said of a fault, or of what was recorded.
func (m *complaint) key() string {
	place, said := "", m.what
	if m.at != nil {
		place = where(m.at)
	}
	if m.ofRule && m.about != harness.AsRecorded { // of that each difference is one by itself
		said = ""
	}
	return strings.Join([]string{m.verdict.String(), m.about, said, place}, "\n")
}

// complaintsOf are those of a cell. Where the fault was not proven nothing was, so of an
// inconclusive cell only doubts count.
func complaintsOf(c harness.Cell) (found []complaint) {
	explained := false
	for _, f := range c.Findings {
		v := weight(f)
		if f.Held || c.Verdict == harness.Inconclusive && v != harness.Inconclusive || c.Verdict == harness.Unsupported {
			continue
		}
		explained = explained || v == c.Verdict
		found = append(found, complain(c, f))
	}
	if !explained && (c.Verdict == harness.Fail || c.Verdict == harness.Inconclusive) {
		found = append(found, complaint{verdict: c.Verdict, about: c.ID, what: c.Reason, at: c.At})
	}
	return found
}

// weight is what a finding that does not hold makes of its cell.
func weight(f harness.Finding) harness.Verdict {
	switch {
	case f.Strength == harness.Note:
		return harness.Pass
	case f.Doubt:
		return harness.Inconclusive
	case f.Strength == harness.Should:
		return harness.Warn
	}
	return harness.Fail
}

func complain(c harness.Cell, f harness.Finding) complaint {
	m := complaint{verdict: weight(f), about: c.ID, at: c.At, try: f.Try, cite: f.Cite,
		what: fmt.Sprintf("%s that the gateway %s, but %s", wanted[f.Strength], f.Check, f.Saw)}
	if f.Doubt {
		m.what = fmt.Sprintf("in doubt whether the gateway %s: %s", f.Check, f.Saw)
	}
	if f.Rule != "" {
		m.about, m.at, m.ofRule = f.Rule, f.At, true
	}
	return m
}

// wanted is how strongly a check was meant.
var wanted = map[harness.Strength]string{harness.Must: "expected", harness.Should: "wished", harness.Note: "noted"}

// name is the complaint in a few words: "keeps-headers (RFC 6797 7.2)".
func (m complaint) name() string {
	if m.cite == "" {
		return m.about
	}
	return m.about + " (" + m.cite + ")"
}

// on says where it was seen: on which route, or on how many. It is "" for a run without
// routes.
func (m complaint) on() string {
	switch routes := m.routes(); {
	case len(routes) > 1:
		return fmt.Sprintf("on %d routes", len(routes))
	case routes[0] != "":
		return "on " + routes[0]
	}
	return ""
}

func (m complaint) routes() []string { return each(m.cells, routeOf) }

// seenIn names the first few of the cells.
func seenIn(cells []harness.Cell) string {
	const most = 5
	said := each(cells, harness.Cell.Key)
	if more := len(said) - most; more > 0 {
		said = append(said[:most], fmt.Sprintf("%d more", more))
	}
	return strings.Join(said, ", ")
}
