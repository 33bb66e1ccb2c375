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

const (
	formatJournal = "journal"
	formatSummary = "summary"
)

// formats are what --report knows.
var formats = []string{formatJournal, "junit", "json", "text", "github", formatSummary, "sarif", "html"}

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
	if err := checkReports(f.reports, formats); err != nil {
		return nil, err
	}
	out, usual := &outputs{}, true
	for _, arg := range f.reports {
		format, path, _ := strings.Cut(arg, "=")
		usual = usual && path != "-"
		o, err := a.openReport(format, path)
		if err != nil {
			return nil, errors.Join(err, out.close())
		}
		o.w = a.hider.Writer(o.w)
		o.render = a.renderer(format, o.w, f)
		out.outputs = append(out.outputs, o)
	}
	if usual {
		tty, _ := terminalOf(a.stdout)
		style := report.Style{Color: a.color(f.color, tty), Width: columns(a.stdout), Quiet: f.quiet, Verbose: f.verbose}
		out.outputs = append(out.outputs, &output{path: "-", w: a.stdout, render: report.Text(style), ifAny: true, close: stay})
	}
	return out, nil
}

// checkReports refuses what makes no sense of all reports, before the first is touched.
func checkReports(args, formats []string) error {
	seen := map[string]bool{}
	for _, arg := range args {
		if err := checkReport(arg, formats, seen); err != nil {
			return err
		}
	}
	return nil
}

func checkReport(arg string, formats []string, seen map[string]bool) error {
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

// openReport opens a file for a report, or stdout.
func (a *app) openReport(format, path string) (*output, error) {
	if (format == formatSummary || format == formatMarkdown) && path == a.env("GITHUB_STEP_SUMMARY") {
		return addTo(path)
	}
	return a.open(path)
}

func (a *app) open(path string) (*output, error) {
	if path == "-" {
		return &output{path: path, w: a.stdout, close: stay}, nil
	}
	return opened(create(path))
}

// addTo opens the summary of a step in GitHub Actions, which may hold what the step has said
// before.
func addTo(path string) (*output, error) {
	return opened(os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o666))
}

func opened(f *os.File, err error) (*output, error) {
	if err != nil {
		return nil, &harness.Problem{Blame: harness.Usage, What: "a report cannot be written", Err: err,
			Hint: "name a file that this user may write, in a directory that exists"}
	}
	return &output{path: f.Name(), w: f, close: f.Close}, nil
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
	case "github":
		return report.GitHub(a.env("GITHUB_WORKSPACE"), here())
	case "html":
		return report.HTML
	case "sarif":
		return report.SARIF(a.env("GITHUB_WORKSPACE"), here())
	case formatSummary:
		return report.Summary
	case "text":
		return report.Text(report.Style{Color: f.color == "always", Width: columns(w), Verbose: f.verbose, Quiet: f.quiet})
	}
	return nil
}

// here is the folder that files on the command line are named from.
func here() string {
	dir, err := os.Getwd()
	if err != nil {
		return "." // GitHub's annotations then name files as they were given
	}
	return dir
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
		case o.render == nil: // a journal that was not begun
		case !o.ifAny || len(run.Summary.Cells) > 0:
			o.note(o.render(o.w, run))
		}
	}
	return out.close()
}

func (out *outputs) close() error {
	if out == nil {
		return nil
	}
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
		Hint: "what was judged stands: make room and run again for a whole report"}
}
