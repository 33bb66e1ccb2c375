package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/badgateway/badgateway/harness/compare"
)

// ComparedMarkdown renders a comparison for whoever reviews the change that made it.
func ComparedMarkdown(w io.Writer, c compare.Comparison) error {
	c = tameComparison(c)
	s := sheet{}
	fmt.Fprintf(&s, "## badgateway: %s\n\n", plain(shortened(differences(c), 1000)))
	for _, said := range early(c) {
		fmt.Fprintf(&s, "**%s**\n\n", plain(shortened(said, 4000)))
	}
	fmt.Fprintf(&s, "%s\n\n", plain(countsOf(c)))
	var rows []string
	for _, one := range c.Changes {
		rows = append(rows, changeRow(one))
	}
	s.pieces(warningsLimit, tableHead("", "cell", "before", "after", "and"), rows, leftOut("more changes"))
	for _, l := range uncompared(c) {
		var rows []string
		for _, e := range l.entries {
			rows = append(rows, tableRow(code(e.name), plain(e.text)))
		}
		s.pieces(summaryLimit, "### "+l.title+"\n\n"+tableHead("cell", " "), rows, leftOut("more cells"))
	}
	_, err := io.WriteString(w, s.String())
	return err
}

// signs stand before what changes.
var signs = map[compare.Direction]string{compare.Worse: "✗ ", compare.Otherwise: "≠ ", compare.Better: "✓ "}

func changeRow(c compare.Change) string {
	var also []string
	for _, p := range c.Points {
		if p.Aspect != compare.Result { // that is in the columns before
			also = append(also, plain(pointed(c, p)))
		}
	}
	return tableRow(signs[c.Direction()]+c.Direction().String(), code(c.From.Key()), plain(saw(c.From)), plain(saw(c.To)), strings.Join(also, "<br>"))
}
