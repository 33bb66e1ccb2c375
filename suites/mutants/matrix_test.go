package mutants_test

import (
	"fmt"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/mutant"
	"github.com/badgateway/badgateway/scenarios"
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
	for _, s := range scenarios.All() {
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
	return "# The mutants\n\nWritten by `BADGATEWAY_UPDATE=1 go test ./suites/mutants`, which fails where this is not what it saw.\n\n" +
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
	for _, s := range scenarios.All() {
		fmt.Fprintf(&b, "| `%s`", s.ID)
		for _, r := range m.columns {
			fmt.Fprintf(&b, " | %s", strings.TrimSpace(m.sign(r, s.ID)))
		}
		b.WriteString(" |\n")
	}
	fmt.Fprintf(&b, "\n%s. H is the honest proxy, S the same with nothing injected.\n", legend)
	return b.String()
}

// caught counts the scenarios that a mutant fails, and those that only warn of it.
func (m matrix) caught(r *row) string {
	fails, warns := 0, 0
	for _, c := range r.cells {
		switch c.Verdict {
		case harness.Fail:
			fails++
		case harness.Warn:
			warns++
		}
	}
	switch {
	case fails+warns == 0:
		return "nothing"
	case warns == 0:
		return fmt.Sprint(fails)
	}
	return fmt.Sprintf("%d, and %d warn", fails, warns)
}
