package report

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// routes is the check of a configuration: a table for each route, what rules wish for, what
// was covered, and a block for each cell that needs a person.
func (t *text) routes() {
	for _, route := range each(t.run.Summary.Cells, routeOf) {
		t.routeTable(route)
	}
	t.warnings()
	t.coverage()
	t.blocks()
}

// routeTable has what decided each cell last, for that is long.
func (t *text) routeTable(route string) {
	shown := onRoute(t.rows(), route)
	if len(shown) == 0 {
		return
	}
	t.apart()
	t.indented(0, cmp.Or(route, elsewhere))
	lines, widths := t.routeColumns(shown)
	t.line("  " + head(lines[0], widths) + decidedBy)
	for i, c := range shown {
		t.routeRow(c, head(lines[i+1], widths))
	}
}

// routeColumns are as many as there is room for: the block of a cell has what is left out.
func (t *text) routeColumns(shown []harness.Cell) (lines [][]string, widths []int) {
	const indent = 2
	optional := [][]column{
		{{"time", timeOf}, {"attempts", attempts}}, {{"time", waited}, {"attempts", attempts}}, {{"time", waited}}, nil,
	}
	for _, more := range optional {
		columns := append([]column{{"verdict", verdictOf}, {"fault", faultOf}, {"status", saw}}, more...)
		lines = [][]string{{}}
		for _, c := range columns {
			lines[0] = append(lines[0], c.name)
		}
		for _, c := range shown {
			lines = append(lines, rowOf(c, columns))
		}
		widths = widthsOf(lines)
		if t.Width <= 0 || indent+across(widths)+gap+width(decidedBy) <= t.Width {
			break
		}
	}
	return lines, widths
}

type column struct {
	name string
	of   func(harness.Cell) string
}

func rowOf(c harness.Cell, columns []column) (row []string) {
	for _, column := range columns {
		row = append(row, cmp.Or(column.of(c), "-"))
	}
	return row
}

const decidedBy = "decided by"

func attempts(c harness.Cell) string {
	if c.Outcome == "" {
		return ""
	}
	return strconv.Itoa(c.Attempts)
}

func verdictOf(c harness.Cell) string { return c.Verdict.String() }

// head is a row with the space behind it.
func head(line []string, widths []int) string {
	var b strings.Builder
	for i, s := range line {
		b.WriteString(s + strings.Repeat(" ", widths[i]-width(s)+gap))
	}
	return b.String()
}

func (t *text) routeRow(c harness.Cell, head string) {
	decided := c.Decided
	if c.Verdict == harness.Unsupported {
		decided = c.Reason
	}
	word := c.Verdict.String()
	for i, line := range Hanging("  "+head, decided, t.Width) {
		if i == 0 {
			line = "  " + t.paint(c.Verdict, word) + strings.TrimPrefix(line, "  "+word)
		}
		t.line(line)
	}
}

// timeOf is how long the client was kept, with the expression that it comes from.
func timeOf(c harness.Cell) string {
	if took := waited(c); took != "" && c.Time != "" {
		return took + " = " + c.Time
	}
	return waited(c)
}

// apart leaves a line before what follows, unless it is the first.
func (t *text) apart() {
	if t.out.Len() > 0 {
		t.line("")
	}
}
