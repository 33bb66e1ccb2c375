package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/check"
	"github.com/badgateway/badgateway/harness/report"
	"github.com/badgateway/badgateway/harness/snapshot"
)

// guard holds a check to what was recorded of the configuration, or records it.
type guard struct {
	path, configuration string // the snapshot, and how it names what it is of
	writes              bool   // record or update
	was                 *snapshot.Snapshot
	gateway, source     string // those of this check
	drifted             bool   // it is another gateway than the one that was recorded

	mu    sync.Mutex
	cells map[string]harness.Cell // as they were seen, before anything is expected of them
}

// guard reads what was recorded of the configuration at a path, if anything was.
func (a *app) guard(f checkFlags, path string) (*guard, error) {
	g := &guard{writes: f.record || f.update, cells: map[string]harness.Cell{}}
	if err := a.guardFlags(f); err != nil {
		return nil, err
	}
	if err := g.place(f.snapshot, path); err != nil {
		return nil, err
	}
	was, err := snapshot.Read(g.path)
	missing := errors.Is(err, fs.ErrNotExist)
	switch {
	case missing && (f.record || f.snapshot == "" && !f.update):
		return g, nil
	case missing:
		return nil, usage("--record writes the first one", "there is no snapshot %s", g.path)
	case f.record && (err == nil || harness.BlameOf(err) == harness.Usage):
		return nil, usage("--update writes it anew", "there is a snapshot %s already", g.path)
	case f.update && err != nil:
		return g, nil // nothing in it can be kept
	case err != nil:
		return nil, err
	case was.Configuration != g.configuration:
		return nil, usage("--snapshot FILE names another one", "the snapshot %s is of %s, not of %s", g.path, was.Configuration, g.configuration)
	case !f.update:
		g.was = was
	}
	return g, nil
}

func (a *app) guardFlags(f checkFlags) error {
	switch {
	case f.record && f.update:
		return usage("--record writes the first snapshot, --update another", "--record and --update contradict each other")
	case (f.record || f.update) && (f.static || f.routes || len(f.only) > 0):
		return usage("leave out --static, --routes and --only", "what is recorded is the whole of a check")
	case f.mutate && (f.static || f.routes):
		return usage("leave out --static and --routes", "what cells notice of an alteration is seen by playing them")
	case f.update && a.env("CI") != "":
		return usage("run it where you work, look at what changed, and commit the file", "--update in CI would accept whatever there is")
	}
	return nil
}

// place says where the snapshot is, and how it names the configuration from there.
func (g *guard) place(file, path string) error {
	g.path = file
	if file == "" {
		g.path = snapshot.Name
		if at, err := os.Stat(path); path != "" && err == nil {
			folder := path
			if !at.IsDir() {
				folder = filepath.Dir(path)
			}
			g.path = filepath.Join(folder, snapshot.Name)
		}
	}
	if path == "" {
		g.configuration = "the image's own"
		return nil
	}
	from, err := filepath.Abs(filepath.Dir(g.path))
	if err != nil {
		return err
	}
	to, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	name, err := filepath.Rel(from, to)
	g.configuration = filepath.ToSlash(name)
	return err
}

// learn keeps a cell as it was seen.
func (g *guard) learn(c harness.Cell) {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.cells[c.Key()] = c
}

// gone adds to the plan what was recorded and cannot be played, as cells that fail for it.
func (g *guard) gone(plan check.Plan, s *check.Survey, faults []harness.Scenario, say func(string)) (check.Plan, error) {
	if g == nil {
		return plan, nil
	}
	g.gateway, g.source = strings.TrimSpace("nginx "+s.Version), s.Source
	if g.was == nil {
		return plan, nil
	}
	g.drifted = g.was.Gateway != g.gateway
	planned, known, selected := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, one := range plan.Play {
		planned[one.Key()], known[one.Route.ID] = true, true
	}
	for _, c := range plan.Read {
		planned[c.Key()], known[c.Route] = true, true
	}
	for _, r := range s.Routes {
		known[r.ID] = true
	}
	for _, one := range faults {
		selected[one.ID] = true
	}
	if !slices.ContainsFunc(g.was.Lines, func(l snapshot.Line) bool { return known[l.Route] }) && len(g.was.Lines) > 0 {
		return check.Plan{}, usage("--update records this one", "the snapshot %s is of another configuration: none of its routes is there", g.path)
	}
	unselected := 0
	for _, l := range g.was.Lines {
		if planned[l.Key()] {
			continue
		}
		c, here := g.lost(l, plan.Left, known[l.Route])
		if here && !selected[l.Fault] {
			unselected++
			continue
		}
		plan.Read = append(plan.Read, c)
	}
	if unselected > 0 {
		say(fmt.Sprintf("%d of the %d cells in %s are not among the selected ones", unselected, len(g.was.Lines), g.path))
	}
	return plan, nil
}

// lost is the cell of a line that there is no cell for any more. here says that its route is
// still there, and that nothing keeps the fault from being played on it.
func (g *guard) lost(l snapshot.Line, left []check.Left, known bool) (c harness.Cell, here bool) {
	record := l.Record
	c = harness.Cell{
		Type: "cell", ID: l.Fault, Route: l.Route, Title: "what was recorded is there", Gateway: "nginx", Clock: harness.RealClock, Take: 1,
		Log: []string{}, Findings: []harness.Finding{}, Verdict: harness.Fail, Recorded: &record, At: record.At,
	}
	if !known {
		c.Reason = "it is recorded, and the route is gone"
		return c, false
	}
	i := slices.IndexFunc(left, func(one check.Left) bool { return one.Fault == l.Fault && one.Route == l.Route })
	if i < 0 {
		c.Reason = "it is recorded, and is not among the cells of this configuration any more"
		return c, true
	}
	if c.Reason = "it is recorded, and not played: " + left[i].Why; left[i].Long {
		c.Verdict = harness.Inconclusive // on another machine it may be
	}
	return c, false
}

// hold is a cell with what was recorded of it.
func (g *guard) hold(c harness.Cell) harness.Cell {
	if g == nil || g.was == nil || c.Recorded != nil || c.Verdict == harness.Inconclusive {
		return c
	}
	l := g.was.Find(c.Key())
	if c.Verdict == harness.Unsupported {
		return c
	}
	f := l.Hold(c, g.path, "badgateway check --update, where that is meant")
	if l != nil {
		record := l.Record
		c.Recorded = &record
	}
	if g.drifted {
		f.Strength = harness.Note
	}
	c.Findings = append(c.Findings, f)
	if verdict, reason := harness.VerdictOf(c.Findings); verdict > c.Verdict {
		c.Verdict, c.Reason = verdict, reason
	}
	return c
}

// drift is what to say of a gateway that is another than the one that was recorded: in place of
// every cell that differs for it.
func (g *guard) drift(sum harness.Summary) string {
	if g == nil || !g.drifted {
		return ""
	}
	differ := 0
	for _, c := range sum.Cells {
		if c.Recorded != nil && c.Recorded.Became(g.cells[c.Key()].Record()) != "" {
			differ++
		}
	}
	return fmt.Sprintf("the gateway is %s, and %s was recorded with %s: %d of %d cells differ; --update records this one",
		g.gateway, g.path, g.was.Gateway, differ, len(sum.Cells))
}

// keep writes what is to be recorded.
func (g *guard) keep(run report.Run, say func(string)) error {
	if g == nil || !g.writes {
		return nil
	}
	if run.Trouble != "" {
		return &harness.Problem{What: "nothing is recorded of a check that ended early"}
	}
	var cells []harness.Cell
	for _, c := range g.cells {
		cells = append(cells, c)
	}
	lines, err := snapshot.Of(cells)
	if err != nil {
		return err
	}
	s := snapshot.Snapshot{Path: g.path, Configuration: g.configuration, Gateway: g.gateway, Source: g.source, Lines: lines}
	if err := s.Write(); err != nil {
		return err
	}
	say(fmt.Sprintf("what clients get in %d cells is recorded in %s", len(lines), g.path))
	return nil
}
