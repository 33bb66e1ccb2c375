// Package report renders what came of a run, for people and for machines. Every
// renderer is a function to an io.Writer that writes once, at the end, or says why it
// could not. No text that a gateway, an upstream or an engine had a hand in reaches a
// reader unspelled (harness/visible). It never judges.
package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness"
)

// Run is what a report tells of.
type Run struct {
	Badgateway string // our own version
	Reference  string // the gateway as it was asked for: "nginx@1.26"
	Gateway    string // its name: "nginx"
	Runtime    string
	Started    time.Time
	Planned    int // cells that were to be judged
	Summary    harness.Summary
	// Trouble is what ended the run before its end, "" if nothing did.
	Trouble string
}

// Verdict is the summary's, in doubt if the run did not come to its end.
func (r Run) Verdict() harness.Verdict {
	if r.Trouble != "" {
		return max(r.Summary.Verdict(), harness.Inconclusive)
	}
	return r.Summary.Verdict()
}

// A Renderer writes a report.
type Renderer func(io.Writer, Run) error

// subject is what was played: "nginx 1.26.3 in docker".
func (r Run) subject() string {
	words := []string{r.Gateway}
	if v := r.Summary.Version; v != "" {
		words = append(words, v)
	}
	return strings.Join(append(words, "in", r.Runtime), " ")
}

// worstFirst is the order in which a tally names the verdicts.
var worstFirst = []harness.Verdict{harness.Fail, harness.Inconclusive, harness.Warn, harness.Pass, harness.Unsupported}

// tally counts verdicts: "1 fail, 5 pass".
func tally(verdicts []harness.Verdict) string {
	counts := map[harness.Verdict]int{}
	for _, v := range verdicts {
		counts[v]++
	}
	var said []string
	for _, v := range worstFirst {
		if n := counts[v]; n > 0 {
			said = append(said, fmt.Sprintf("%d %v", n, v))
		}
	}
	return strings.Join(said, ", ")
}

func verdictsOf(cells []harness.Cell) []harness.Verdict {
	verdicts := make([]harness.Verdict, len(cells))
	for i, c := range cells {
		verdicts[i] = c.Verdict
	}
	return verdicts
}

func verdictsIn(done map[string]harness.Verdict) []harness.Verdict {
	return slices.Collect(maps.Values(done))
}

// cells is "1 cell" or "6 cells".
func cells(n int) string {
	if n == 1 {
		return "1 cell"
	}
	return fmt.Sprintf("%d cells", n)
}
