package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/compare"
)

// Compared renders what changes from one run to another: in the first line in what the runs
// differ, then each cell that changes, worst first, then what cannot be compared.
func Compared(style Style) func(io.Writer, compare.Comparison) error {
	return func(w io.Writer, c compare.Comparison) error {
		t := compared{text: text{Style: style}, c: tameComparison(c)}
		t.head()
		for _, one := range t.c.Changes {
			t.change(one)
		}
		t.apartFrom()
		t.text.apart()
		t.indented(0, countsOf(t.c))
		_, err := w.Write(t.out.Bytes())
		return err
	}
}

type compared struct {
	text
	c compare.Comparison
}

func (t *compared) head() {
	t.indented(0, differences(t.c))
	for _, said := range early(t.c) {
		t.indented(0, said)
	}
}

// colorOf is the verdict whose colour a direction has.
var colorOf = map[compare.Direction]harness.Verdict{
	compare.Worse: harness.Fail, compare.Otherwise: harness.Warn, compare.Better: harness.Pass,
}

// margin is as wide as the longest word before a cell.
const margin = len("otherwise") + gap

func (t *compared) change(c compare.Change) {
	t.text.apart()
	word := c.Direction().String()
	for i, line := range Hanging(fmt.Sprintf("%-*s", margin, word), c.From.Key(), t.Width) {
		if i == 0 {
			line = t.paint(colorOf[c.Direction()], word) + strings.TrimPrefix(line, word)
		}
		t.line(line)
	}
	for _, p := range c.Points {
		t.indented(margin, pointed(c, p))
	}
	if c.From.While != "" {
		t.indented(margin, "while "+c.From.While)
	}
}

// apartFrom are the cells that cannot be compared.
func (t *compared) apartFrom() {
	for _, list := range uncompared(t.c) {
		t.text.apart()
		t.indented(0, list.title+":")
		for _, e := range list.entries {
			t.hanging("  "+e.name+"  ", e.text, t.Width)
		}
	}
}
