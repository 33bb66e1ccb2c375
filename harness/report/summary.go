package report

import (
	"cmp"
	"fmt"
	"io"

	"github.com/badgateway/badgateway/harness"
)

// GitHub takes 1024 KiB of a step's summary, and of a longer one nothing. Half of it leaves
// room for whatever else the step says there. Each part may fill the sheet up to its limit,
// so that no part before can crowd it out.
const (
	matrixLimit   = 192 << 10
	failuresLimit = 352 << 10
	warningsLimit = 416 << 10
	summaryLimit  = 512 << 10 // but for the line that says what is left out
)

// Summary renders Markdown for GitHub's step summary: what came of each route under each
// fault, then what needs a person with all that he needs, then what was not covered.
func Summary(w io.Writer, r Run) error {
	r = r.tamed()
	s := summary{run: r}
	s.head()
	switch {
	case len(r.Summary.Cells) == 0:
	case r.routed():
		s.matrix()
	default:
		s.table()
	}
	s.failures()
	s.warnings()
	s.mutations()
	s.coverage()
	_, err := io.WriteString(w, s.String())
	return err
}

type summary struct {
	run Run
	sheet
}

func (s *summary) head() {
	const longest = 4000
	fmt.Fprintf(&s.sheet, "## badgateway: %s\n\n", plain(s.run.subject()))
	if s.run.Drift != "" {
		fmt.Fprintf(&s.sheet, "**%s**\n\n", plain(shortened(s.run.Drift, longest)))
	}
	if s.run.Trouble != "" {
		said := fmt.Sprintf("ended early, with %d of %s judged: %s", len(s.run.Summary.Cells), cells(s.run.Planned), s.run.Trouble)
		fmt.Fprintf(&s.sheet, "**%s**\n\n", plain(shortened(said, longest)))
	}
	said := cells(len(s.run.Summary.Cells))
	if t := tally(s.run.Summary.Cells); t != "" {
		said += ": " + t
	}
	fmt.Fprintf(&s.sheet, "%s\n\n", plain(said))
}

// marks stand before what the client saw where that is not as it should be.
var marks = map[harness.Verdict]string{
	harness.Fail: "✗ ", harness.Warn: "⚠ ", harness.Inconclusive: "? ", harness.Unsupported: "– ",
}

const legend = "✗ fails, ⚠ warns, ? is in doubt, – was not played\n\n"

// table is for a run without routes.
func (s *summary) table() {
	var rows []string
	for _, c := range s.run.Summary.Cells {
		rows = append(rows, tableRow(marked(c)+c.Verdict.String(), plain(c.ID), plain(cmp.Or(c.Folklore, "-")),
			plain(saw(c)), plain(cmp.Or(waited(c), "-")), plain(c.Decided)))
	}
	head := tableHead("verdict", "fault", "everyone says", plain(s.run.Gateway)+" did", "time", "decided by")
	s.pieces(matrixLimit, head, rows, leftOut("more cells"))
}

func marked(c harness.Cell) string { return marks[c.Verdict] }

func leftOut(what string) func(int) string {
	return func(n int) string {
		return fmt.Sprintf("**%d %s are left out: the summary would be too long for GitHub. The reports text, json and junit have all.**", n, what)
	}
}

func (s *summary) failures() {
	var blocks []string
	for _, v := range []harness.Verdict{harness.Fail, harness.Inconclusive} {
		for _, c := range s.run.Summary.Cells {
			if c.Verdict == v {
				blocks = append(blocks, s.block(c))
			}
		}
	}
	s.pieces(failuresLimit, "", blocks, leftOut("more that fail or are in doubt"))
}

// block is all that a person needs of a cell.
func (s *summary) block(c harness.Cell) string {
	title := plain(c.ID)
	if c.Route != "" {
		title += " on " + code(c.Route)
	}
	b := fmt.Sprintf("### %s%s\n\n%s\n\n", marked(c), title, plain(c.Reason))
	var at []string
	for _, e := range lines(c) {
		at = append(at, e.name+"  "+e.text)
	}
	if len(at) > 0 {
		b += fenced("", at...) + "\n"
	}
	for _, e := range facts(c) {
		b += "- " + plain(e.name) + ": " + plain(e.text) + "\n"
	}
	if log := abridged(c.Log); len(log) > 0 {
		b += "\n" + fenced("", log...)
	}
	if again := s.run.replay(c); again != "" {
		b += "\n" + fenced("sh", again)
	}
	return b + "\n"
}

// warnings are folded over routes.
func (s *summary) warnings() {
	var blocks []string
	for _, m := range s.run.complaints() {
		if m.verdict == harness.Warn {
			blocks = append(blocks, s.warning(m))
		}
	}
	s.pieces(warningsLimit, "", blocks, leftOut("more warnings"))
}

func (s *summary) warning(m complaint) string {
	b := fmt.Sprintf("### %s%s %s\n\n%s\n\n", marks[m.verdict], plain(m.name()), plain(m.on()), plain(m.what))
	if m.at != nil {
		b += fenced("", where(m.at)+"  "+m.at.Says) + "\n"
	}
	b += "- seen: " + plain(seenIn(m.cells)) + "\n"
	if m.try != "" {
		b += "- try: " + plain(m.try) + "\n"
	}
	if again := s.run.replay(m.cells[0]); again != "" {
		b += "\n" + fenced("sh", again)
	}
	return b + "\n"
}

// mutations are folded into a list.
func (s *summary) mutations() {
	said := s.run.mutated()
	if said == "" {
		return
	}
	var rows []string
	for _, e := range s.run.survivors() {
		rows = append(rows, tableRow(code(e.name), plain(e.text)))
	}
	s.WriteString("### What the cells guard\n\n" + plain(said) + "\n\n")
	if len(rows) > 0 {
		s.pieces(summaryLimit, tableHead("where", "survives"), rows, leftOut("more survivors"))
	}
}

// coverage says what was covered and what was not.
func (s *summary) coverage() {
	const longest = 4000
	if said := s.run.Coverage.said(); said != "" {
		s.WriteString("### What was covered\n\n" + plain(shortened(said, longest)) + "\n\n")
	}
	var rows []string
	for _, u := range s.run.uncovered() {
		rows = append(rows, tableRow(u.kind, code(u.what), code(u.where), plain(u.why)))
	}
	s.pieces(summaryLimit, tableHead("not covered", "what", "where", "why"), rows, leftOut("more that were not covered"))
}
