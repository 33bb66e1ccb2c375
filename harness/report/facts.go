package report

import (
	"slices"

	"github.com/badgateway/badgateway/harness"
)

// lines are the configuration's that decided the cell, as a compiler would show them: first
// those of what does not hold, then the one that decided how long it took.
func lines(c harness.Cell) (lines []entry) {
	for _, p := range positions(c) {
		lines = append(lines, entry{name: where(p), text: p.Says})
	}
	return lines
}

// Positions are the places of the configuration that decided a cell, those first of what does not hold.
func Positions(c harness.Cell) []*harness.Position { return positions(c) }

// positions are the places that decided a cell, each once. A place that is known only from
// the setting is one too.
func positions(c harness.Cell) (found []*harness.Position) {
	add := func(p *harness.Position) {
		if p != nil && !slices.ContainsFunc(found, func(o *harness.Position) bool { return *o == *p }) {
			found = append(found, p)
		}
	}
	for _, v := range []harness.Verdict{harness.Fail, harness.Inconclusive, harness.Warn} {
		for _, m := range complaintsOf(c) {
			if m.ofRule && m.verdict == v {
				add(m.at)
			}
		}
	}
	add(c.At)
	return found
}

// all is everything there is to know of the cell, for readers that show no more than a text.
func (r Run) all(c harness.Cell) (found []entry) {
	if c.Route == "" {
		return r.evidence(c)
	}
	found = append(lines(c), facts(c)...)
	for _, line := range abridged(c.Log) {
		found = append(found, entry{name: "log", text: line})
	}
	if again := r.replay(c); again != "" {
		found = append(found, entry{name: "replay", text: again, whole: true})
	}
	return found
}

// facts are what is known of the cell besides its lines, its log and its replay, in the
// order of asking.
func facts(c harness.Cell) (found []entry) {
	add := func(name, text string) {
		if text != "" {
			found = append(found, entry{name: name, text: text})
		}
	}
	if c.At == nil {
		add("decided by", c.Decided)
	}
	add("proof", c.Proof)
	add("injected", c.While)
	add("seen", c.Receipt)
	add("client", client(c))
	tried := ""
	for _, server := range c.Tried {
		tried += ", " + server
	}
	if tried != "" {
		add("tried", tried[len(", "):])
	}
	for _, m := range complaintsOf(c) {
		if m.what != c.Reason {
			add(aside(m), m.what)
		} else if m.ofRule { // the reason is told already, and not whose it is
			add("rule", m.name())
		}
		add("try", m.try)
	}
	return found
}

// aside is what a complaint is called in the margin.
func aside(m complaint) string {
	if m.ofRule {
		return m.name()
	}
	return m.verdict.String()
}
