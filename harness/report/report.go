// Package report renders what came of a run, for people and for machines. Every
// renderer is a function to an io.Writer that writes once, at the end, or says why it
// could not. No text that a gateway, an upstream or an engine had a hand in reaches a
// reader unspelled (harness/visible). It never judges.
package report

import (
	"fmt"
	"io"
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
	// Drift is what makes every cell another than it was recorded: the gateway's version. "" where
	// nothing does.
	Drift string
	// Check are the words of the command up to the cell where a configuration was checked:
	// badgateway check deploy/nginx. Coverage is what there is to tell of it then.
	Check    []string
	Coverage Coverage
	// Mutations are what came of altering the configuration, nil where that was not asked for.
	Mutations []Mutation
	// Files are where scenarios were told that are not of the catalogue, by their IDs.
	Files map[string]string
}

// Verdict is the summary's, in doubt if the run did not come to its end.
func (r Run) Verdict() harness.Verdict {
	if r.Drift != "" {
		return harness.Fail
	}
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

// tally counts cells by their verdict: "1 fail, 5 pass, 2 pass as declared".
func tally(cells []harness.Cell) string {
	counts := map[harness.Verdict]int{}
	for _, c := range cells {
		counts[c.Verdict]++
	}
	known := declared(cells)
	counts[harness.Pass] -= known
	var said []string
	say := func(n int, what string) {
		if n > 0 {
			said = append(said, fmt.Sprintf("%d %s", n, what))
		}
	}
	for _, v := range worstFirst {
		say(counts[v], v.String())
		if v == harness.Pass {
			say(known, "pass as declared")
		}
	}
	return strings.Join(said, ", ")
}

// declared counts the cells that pass as a declared deviation: the gateway departs from
// the promise, and is known to.
func declared(cells []harness.Cell) (n int) {
	for _, c := range cells {
		if c.Verdict == harness.Pass && isDeclared(c) {
			n++
		}
	}
	return n
}

func isDeclared(c harness.Cell) bool {
	return slices.ContainsFunc(c.Findings, func(f harness.Finding) bool { return f.Declared != "" })
}

// cells is "1 cell" or "6 cells".
func cells(n int) string {
	if n == 1 {
		return "1 cell"
	}
	return fmt.Sprintf("%d cells", n)
}
