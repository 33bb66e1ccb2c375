package report

import (
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// routeBlock shows a cell of a route: first what is wrong, then the line that did it.
func (t *text) routeBlock(c harness.Cell, alike []harness.Cell) {
	word := strings.ToUpper(c.Verdict.String())
	said := "client: " + seen(c)
	if c.Reason != "" {
		said = c.Reason + "; " + said
	}
	for i, line := range Hanging(word+"  "+c.ID+"  on  "+c.Route+"  ", said, t.Width) {
		if i == 0 {
			line = t.paint(c.Verdict, word) + strings.TrimPrefix(line, word)
		}
		t.line(line)
	}
	entries := t.run.all(c)
	if t.Verbose {
		entries = append(entries, held(c)...)
	}
	if len(alike) > 0 && !t.Verbose {
		entries = append(entries, entry{name: "alike", text: seenIn(alike)})
	}
	t.entries(entries)
}

// brokenRules says which rules a failed cell breaks at which lines, "" where something else
// is wrong with it too.
func brokenRules(c harness.Cell) string {
	if c.Verdict != harness.Fail {
		return ""
	}
	var keys []string
	for _, m := range complaintsOf(c) {
		if m.verdict != harness.Fail {
			continue
		}
		if !m.ofRule {
			return ""
		}
		keys = append(keys, m.key())
	}
	return strings.Join(keys, "\n\n")
}

// alike are the other cells that break the same.
func (r Run) alike(c harness.Cell, broken string) (found []harness.Cell) {
	for _, other := range r.Summary.Cells {
		if broken != "" && other.Key() != c.Key() && brokenRules(other) == broken {
			found = append(found, other)
		}
	}
	return found
}

// held are the findings that nobody has to do anything about.
func held(c harness.Cell) (found []entry) {
	for _, f := range c.Findings {
		if f.Held {
			name, text := finding(f)
			found = append(found, entry{name: name, text: text})
		}
	}
	return found
}

// entries stand below each other, their names in a margin.
func (t *text) entries(entries []entry) {
	widest := 0
	for _, e := range entries {
		widest = max(widest, width(e.name))
	}
	for _, e := range entries {
		fold := t.Width
		if e.whole {
			fold = 0
		}
		t.hanging("  "+e.name+strings.Repeat(" ", widest-width(e.name)+gap), e.text, fold)
	}
}
