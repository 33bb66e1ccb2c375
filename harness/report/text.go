package report

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/badgateway/badgateway/harness"
)

// Style is how much a text says, and on what.
type Style struct {
	Color bool
	// Width is the terminal's, in columns; 0 leaves lines as long as they are.
	Width   int
	Quiet   bool // only what is not as it should be
	Verbose bool // every cell with its evidence
}

// Text renders a table with a sentence below each row, a block for each cell that
// needs a person, and where the time went.
func Text(style Style) Renderer {
	return func(w io.Writer, r Run) error {
		r = r.tamed()
		t := text{Style: style, run: r}
		t.drift()
		if r.routed() {
			t.routes()
		} else {
			t.table()
			t.blocks()
		}
		t.mutations()
		t.close()
		_, err := w.Write(t.out.Bytes())
		return err
	}
}

type text struct {
	Style
	run Run
	out bytes.Buffer
}

func (t *text) drift() {
	if t.run.Drift == "" {
		return
	}
	word := strings.ToUpper(harness.Fail.String())
	for i, line := range Hanging(word+"  ", t.run.Drift, t.Width) {
		if i == 0 {
			line = t.paint(harness.Fail, word) + strings.TrimPrefix(line, word)
		}
		t.line(line)
	}
}

// rows are the cells that the table shows.
func (t *text) rows() (rows []harness.Cell) {
	for _, c := range t.run.Summary.Cells {
		if !t.Quiet || c.Verdict != harness.Pass {
			rows = append(rows, c)
		}
	}
	return rows
}

func (t *text) table() {
	rows := t.rows()
	if len(rows) == 0 {
		return
	}
	lines := [][]string{{"verdict", "id", "everyone says", t.run.Gateway + " did", "time"}}
	for _, c := range rows {
		lines = append(lines, []string{c.Verdict.String(), c.ID, cmp.Or(c.Folklore, "-"), saw(c), cmp.Or(waited(c), "-")})
	}
	widths := widthsOf(lines)
	if t.Width > 0 && across(widths) > t.Width {
		widths = widths[:len(widths)-1] // the sentence has the time too
	}
	t.line(row(lines[0], widths))
	for i, c := range rows {
		line := row(lines[i+1], widths)
		word := c.Verdict.String()
		t.line(t.paint(c.Verdict, word) + strings.TrimPrefix(line, word))
		t.indented(widths[0]+gap, sentence(c))
		if c.Verdict == harness.Warn {
			t.indented(widths[0]+gap, "warn: "+c.Reason)
		}
		if isDeclared(c) && c.Why != "" && !t.hasBlock(c) {
			t.indented(widths[0]+gap, "why: "+c.Why) // a departure concerns whoever is on call
		}
	}
}

// waited is how long the client was kept, "" where there was nothing to wait for.
func waited(c harness.Cell) string {
	if c.Outcome == "" || c.Outcome == harness.DidNotStart {
		return ""
	}
	return duration(c.Seconds)
}

// gap is the space between columns.
const gap = 2

func widthsOf(lines [][]string) []int {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, s := range line {
			widths[i] = max(widths[i], width(s))
		}
	}
	return widths
}

func width(s string) int { return utf8.RuneCountInString(s) }

// across is how wide a row is.
func across(widths []int) int {
	sum := -gap
	for _, w := range widths {
		sum += w + gap
	}
	return sum
}

// row is as many columns of the line as there are widths.
func row(line []string, widths []int) string {
	var b strings.Builder
	for i, s := range line[:len(widths)] {
		b.WriteString(s + strings.Repeat(" ", widths[i]-width(s)+gap))
	}
	return strings.TrimRight(b.String(), " ")
}

// close says what was played, how it came out, and where the time went.
func (t *text) close() {
	s := t.run.Summary
	t.apart()
	if t.run.Trouble != "" {
		t.indented(0, fmt.Sprintf("ended early, with %d of %s judged: %s", len(s.Cells), cells(t.run.Planned), t.run.Trouble))
	}
	if len(s.Cells) > 0 {
		said := fmt.Sprintf("%s on %s", cells(len(s.Cells)), t.run.subject())
		if s.Source != "" {
			said += " (" + s.Source + ")"
		}
		t.indented(0, said+": "+tally(s.Cells))
	}
	for _, line := range clocks(s.Cells) {
		t.indented(0, line)
	}
	if where := took(s); where != "" {
		t.indented(0, "time: "+where)
	}
}

func (t *text) hanging(head, s string, width int) {
	for _, line := range Hanging(head, s, width) {
		t.line(line)
	}
}

func (t *text) line(s string) { t.out.WriteString(disarmed(s) + "\n") }

// indented writes s in lines that fit the width, all of them indented.
func (t *text) indented(by int, s string) {
	for _, line := range Fold(s, t.Width-by) {
		t.line(strings.Repeat(" ", by) + line)
	}
}
