// Package snapshot keeps what clients get of a configuration in a file that people review and
// commit: one line a cell, the same on every machine. Whoever checks the configuration again is
// told what became of each.
package snapshot

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/document"
)

// Name is how the file is called, beside the configuration.
const Name = "badgateway.snapshot.yaml"

// Format is the version of the file's format. It rises when a key changes its meaning or goes.
const Format = 1

// A Snapshot is what was recorded of a configuration.
type Snapshot struct {
	Path          string
	Configuration string // as it is named from the snapshot's folder
	Gateway       string // with its version: "nginx 1.26.3"
	Source        string // where its program came from; an image has its digest there
	Lines         []Line // by route, and then by fault
}

// A Line is what was recorded of a cell.
type Line struct {
	Route, Fault string
	harness.Record
}

// Key is the cell's.
func (l Line) Key() string { return l.Fault + "@" + l.Route }

// Of is what there is to record of cells. The error says which of them tell nothing of the gateway.
func Of(cells []harness.Cell) (lines []Line, err error) {
	for _, c := range cells {
		switch {
		case c.Verdict == harness.Unsupported || c.Route == "":
			continue
		case c.Verdict == harness.Inconclusive:
			return nil, &harness.Problem{What: c.Key() + " is in doubt, so nothing is recorded", Detail: []string{c.Reason},
				Hint: "run it again, on a machine with less to do"}
		}
		lines = append(lines, Line{c.Route, c.ID, c.Record()})
	}
	slices.SortFunc(lines, func(a, b Line) int { return cmp.Or(cmp.Compare(a.Route, b.Route), cmp.Compare(a.Fault, b.Fault)) })
	return lines, nil
}

// Find is the line of a cell, nil where there is none.
func (s *Snapshot) Find(key string) *Line {
	for i := range s.Lines {
		if s.Lines[i].Key() == key {
			return &s.Lines[i]
		}
	}
	return nil
}

// Read reads the file at a path. Where there is none the error wraps fs.ErrNotExist.
func Read(path string) (*Snapshot, error) {
	text, err := document.Load(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return nil, &harness.Problem{Blame: harness.Usage, What: "reading " + path, Err: err}
	}
	return parse(path, text)
}

// Hold holds a cell to its line, nil where it has none. Of a cell that differs the finding names
// the line of the configuration that decides it.
func (l *Line) Hold(c harness.Cell, path, update string) harness.Finding {
	f := harness.Finding{Strength: harness.Must, Rule: harness.AsRecorded, Check: "gives clients what is recorded", Try: update, At: c.At}
	if l == nil {
		f.Saw = fmt.Sprintf("it is in no line of %s", path)
		return f
	}
	now := c.Record()
	f.Cite = fmt.Sprintf("%s:%d", l.At.File, l.At.Line)
	f.Saw = l.Became(now)
	f.Held = f.Saw == ""
	was := l.Record
	if was.Breaks = now.Breaks; was.Became(now) == "" { // it is a rule that decides
		i := slices.IndexFunc(c.Findings, func(f harness.Finding) bool { return !f.Held && f.Rule != "" && !slices.Contains(l.Breaks, f.Rule) })
		if i >= 0 {
			f.At = c.Findings[i].At
		}
	}
	return f
}
