package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/journal"
	"github.com/badgateway/badgateway/harness/report"
)

const formatJournal = "journal"

// formats are what --report knows.
var formats = []string{formatJournal, "junit", "json", "text"}

// outputs is everything that a run writes its results to. A journal is written as the
// run goes on, all else at its end. The first error of each is kept; the run goes on.
type outputs struct{ outputs []*output }

// output is one report.
type output struct {
	path    string
	w       io.Writer
	close   func() error
	render  report.Renderer // nil for a journal
	journal *journal.Writer
	// ifAny leaves a run without a cell unrendered: what there is to say is on stderr.
	ifAny bool
	lost  error // the first that went wrong
}

// openOutputs opens all before anything runs: a path that cannot be written is known
// at once, and a report of an earlier run cannot pass for one of this.
func (a *app) openOutputs(f runFlags) (*outputs, error) {
	out, seen := &outputs{}, map[string]bool{}
	for _, arg := range f.reports { // all of them before the first is touched
		if err := checkReport(arg, seen); err != nil {
			return nil, err
		}
	}
	for _, arg := range f.reports {
		format, path, _ := strings.Cut(arg, "=")
		o, err := a.open(path)
		if err != nil {
			return nil, errors.Join(err, out.close())
		}
		o.render = a.renderer(format, o.w, f)
		out.outputs = append(out.outputs, o)
	}
	if !seen["-"] {
		tty, _ := terminalOf(a.stdout)
		style := report.Style{Color: a.color(f.color, tty), Width: columns(a.stdout), Quiet: f.quiet, Verbose: f.verbose}
		out.outputs = append(out.outputs, &output{path: "-", w: a.stdout, render: report.Text(style), ifAny: true, close: stay})
	}
	return out, nil
}

func checkReport(arg string, seen map[string]bool) error {
	format, path, _ := strings.Cut(arg, "=")
	if path != "-" && path != "" {
		path = filepath.Clean(path)
	}
	switch {
	case !slices.Contains(formats, format) || path == "":
		return usage("say FORMAT=PATH, with one of "+strings.Join(formats, ", ")+" and a file, or - for stdout", "--report cannot be %q", arg)
	case seen[path]:
		return usage("give each report a path of its own", "two reports have the path %q", path)
	}
	seen[path] = true
	return nil
}

func (a *app) open(path string) (*output, error) {
	if path == "-" {
		return &output{path: path, w: a.stdout, close: stay}, nil
	}
	f, err := create(path)
	if err != nil {
		return nil, &harness.Problem{Blame: harness.Usage, What: "a report cannot be written", Err: err,
			Hint: "name a file that this user may write, in a directory that exists"}
	}
	return &output{path: path, w: f, close: f.Close}, nil
}

// create is os.Create, save for a named pipe: one that nobody reads is an error at once
// (ENXIO), not a run whose results wait for ever.
func create(path string) (*os.File, error) {
	if at, err := os.Stat(path); err == nil && at.Mode()&os.ModeNamedPipe != 0 {
		return os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
	}
	return os.Create(path)
}

// stay closes nothing: standard output is not ours.
func stay() error { return nil }

func (a *app) renderer(format string, w io.Writer, f runFlags) report.Renderer {
	switch format {
	case "junit":
		return report.JUnit
	case "json":
		return report.JSON
	case "text":
		return report.Text(report.Style{Color: f.color == "always", Width: columns(w), Verbose: f.verbose, Quiet: f.quiet})
	}
	return nil
}

func (out *outputs) begin(s journal.Start) {
	for _, o := range out.outputs {
		if o.render == nil {
			var err error
			o.journal, err = journal.Begin(o.w, s)
			o.note(err)
		}
	}
}

func (out *outputs) cell(c harness.Cell) {
	for _, o := range out.outputs {
		if o.journal != nil {
			o.note(o.journal.Cell(c))
		}
	}
}

// end completes every report and closes it. It returns what was lost.
func (out *outputs) end(run report.Run, end journal.End) error {
	for _, o := range out.outputs {
		switch {
		case o.journal != nil:
			o.note(o.journal.End(end))
		case !o.ifAny || len(run.Summary.Cells) > 0:
			o.note(o.render(o.w, run))
		}
	}
	return out.close()
}

func (out *outputs) close() error {
	var errs []error
	for _, o := range out.outputs {
		o.note(o.close())
		errs = append(errs, o.lost)
	}
	return errors.Join(errs...)
}

// note keeps the first error.
func (o *output) note(err error) {
	if err == nil || o.lost != nil {
		return
	}
	what := "the report " + o.path + " could not be written"
	if o.path == "-" {
		what = "the results could not be written to stdout"
	}
	o.lost = &harness.Problem{What: what, Err: err,
		Hint: "the cells were judged all the same: make room and run again for a whole report"}
}
