package mutants_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/mutant"
)

// matrix is who was caught where: a line for each scenario, a column for each mutant.
type matrix struct {
	columns []*row
}

func (t *trials) matrix() matrix {
	var m matrix
	for _, v := range everyone() {
		r := t.rows[v.Name]
		select {
		case <-r.done:
			m.columns = append(m.columns, r)
		default: // the suite was ended before its trial
		}
	}
	return m
}

var signs = map[harness.Verdict]string{
	harness.Pass: "·", harness.Warn: "w", harness.Inconclusive: "?", harness.Fail: "X", harness.Unsupported: "u",
}

const legend = "X fail, w warn, ? inconclusive, · pass; blank: not played"

func (m matrix) sign(r *row, id string) string {
	c, played := r.cells[id]
	if !played {
		return " "
	}
	return signs[c.Verdict]
}

// label numbers the mutants; the two that are none have letters.
func (m matrix) label(i int) string {
	switch m.columns[i].variant.Name {
	case mutant.Honest:
		return "H"
	case sham.Name:
		return "S"
	}
	return fmt.Sprint(i - 1)
}

// text is for terminals.
func (m matrix) text() string {
	var b strings.Builder
	line := func(first string, cell func(i int) string) {
		fmt.Fprintf(&b, "%-28s", first)
		for i := range m.columns {
			fmt.Fprintf(&b, " %2s", cell(i))
		}
		b.WriteString("\n")
	}
	line("", m.label)
	for _, s := range simple() {
		line(s.ID, func(i int) string { return m.sign(m.columns[i], s.ID) })
	}
	fmt.Fprintf(&b, "\n%s\n\n", legend)
	for i, r := range m.columns {
		fmt.Fprintf(&b, "%2s  %-20s a proxy that %s\n", m.label(i), r.variant.Name, r.variant.Is)
	}
	return b.String()
}

// markdown is docs/mutants.md.
func (m matrix) markdown() string {
	return "# The mutants\n\nWhere each mutant is caught, without fail: `go test ./suites/mutants` plays all of that, and fails where one is not.\n" +
		"(Others may catch one too, on one machine and not on another.) `BADGATEWAY_UPDATE=1` writes this.\n\n" +
		m.table() + "\n" + m.grid()
}

// table is a line for each mutant; the README holds it too.
func (m matrix) table() string {
	var b strings.Builder
	b.WriteString("| | mutant | a proxy that ... | caught by |\n|---|---|---|---|\n")
	for i, r := range m.columns {
		if r.variant.Name != sham.Name {
			fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", m.label(i), r.variant.Name, r.variant.Is, m.caught(r))
		}
	}
	return b.String()
}

// grid is a line for each scenario.
func (m matrix) grid() string {
	var b strings.Builder
	b.WriteString("|")
	for i := range m.columns {
		fmt.Fprintf(&b, " | %s", m.label(i))
	}
	b.WriteString(" |\n|---" + strings.Repeat("|:-:", len(m.columns)) + "|\n")
	for _, s := range simple() {
		fmt.Fprintf(&b, "| `%s`", s.ID)
		for _, r := range m.columns {
			fmt.Fprintf(&b, " | %s", promised(r.variant, s.ID))
		}
		b.WriteString(" |\n")
	}
	b.WriteString("\nX fail, w warn, ? inconclusive, · pass. H is the honest proxy, S the same with nothing injected.\n")
	return b.String()
}

// promised is the sign that a mutant has in a scenario without fail; another spec holds it to that.
func promised(v mutant.Variant, id string) string {
	switch {
	case v.Name == mutant.Honest:
		return signs[harness.Pass]
	case v.Name == sham.Name:
		return signs[harness.Inconclusive]
	case slices.Contains(v.Caught, id):
		return signs[harness.Fail]
	case slices.Contains(v.Warned, id):
		return signs[harness.Warn]
	}
	return ""
}

// caught counts the scenarios that a mutant fails without fail, and those that only warn of it.
func (m matrix) caught(r *row) string {
	fails, warns := len(r.variant.Caught), len(r.variant.Warned)
	switch {
	case fails+warns == 0:
		return "nothing"
	case warns == 0:
		return fmt.Sprint(fails)
	}
	return fmt.Sprintf("%d, and %d warn", fails, warns)
}
