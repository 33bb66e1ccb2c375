package main

import (
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/compare"
	"github.com/badgateway/badgateway/harness/journal"
	"github.com/badgateway/badgateway/harness/report"
	"github.com/badgateway/badgateway/harness/runtimes"
)

// compareFormats are what compare's --report knows.
var compareFormats = []string{"json", formatMarkdown, "text"}

// formatMarkdown is of what a reviewer reads.
const formatMarkdown = "md"

// compareFlags are the flags of compare.
type compareFlags struct {
	checkFlags        // of the checks that have to be made
	of         string // what is checked, where gateways are compared
}

func (a *app) compareCommand() *cobra.Command {
	var f compareFlags
	cmd := &cobra.Command{
		Use:   "compare A B",
		Short: "Tell what changes for clients from one run, configuration or version to another",
		Long: `Hold two runs against each other and tell what changes for clients from the first to the
second, worst first: another status or outcome, further attempts at upstreams, a longer wait, a
field of the answer that is lost, a promise that is no longer kept. Times that may be the same
but for noise are. Cells that were inconclusive or could not be played are listed, and count
neither way; so are those that only one of the runs has.

A and B are each
  a journal           of run or check (--report journal=FILE)
  a configuration     a folder, or a file that ends in .conf: it is checked
  a git revision's    REVISION:PATH, as git show has it: it is checked as it was then
  a gateway           nginx@1.26, image:REF, bin:/PATH: what --of names is checked in it, or
                      what badgateway.yaml does

The exit code:
  0    nothing got worse
  1    something did
  2    usage, or a file that is no journal or no configuration
  3    the lab had trouble, or the results could not be written
  4    the two have no cell in common`,
		Example: `  badgateway run --gateway nginx@1.22 --report journal=before.ndjson
  badgateway run --gateway nginx@1.26 --report journal=after.ndjson
  badgateway compare before.ndjson after.ndjson
  badgateway compare main:deploy/nginx deploy/nginx --report md=comment.md
  badgateway compare nginx@1.26 nginx@1.30 --of deploy/nginx
  badgateway compare before.ndjson after.ndjson --report md=- >> "$GITHUB_STEP_SUMMARY"
  badgateway compare before.ndjson after.ndjson --report json=- | jq .counts.worse`,
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: completeJournals,
		RunE:              func(cmd *cobra.Command, sides []string) error { return a.compare(cmd, f, sides[0], sides[1]) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.of, "of", "", "where A and B are gateways, check the configuration at `PATH`")
	flags.StringVar(&f.runtime, "runtime", runtimes.Auto, "make labs in `NAME`: auto, "+strings.Join(a.runtimes, ", "))
	flags.StringVar(&f.gateway, "gateway", "", "boot configurations in the gateway `REF`: nginx, nginx@1.26, bin:/...")
	flags.StringArrayVar(&f.set, "set", nil, "give a placeholder of a template its value: `NAME=VALUE`, repeatable")
	flags.StringSliceVar(&f.faults, "faults", []string{wordCanonical}, "break each route by these `FAULTS`: canonical, all, an ID or a glob")
	flags.DurationVar(&f.maxWait, "max-wait", defaultMaxWait, "leave out cells that a client would wait longer for than `TIME`")
	flags.StringVar(&f.parallel, "parallel", parallelAuto, "let up to `N` labs stand at once; auto is as many as memory and cores bear")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no progress")
	f.defineClock(cmd)
	flags.StringArrayVar(&f.reports, "report", nil, "write a report, `FORMAT=PATH`, repeatable; formats are "+strings.Join(compareFormats, ", ")+"; path - is stdout")
	flags.StringVar(&f.color, "color", "auto", "colour the results `WHEN`: auto, always, never")
	cmd.RegisterFlagCompletionFunc("color", cobra.FixedCompletions(colorModes, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// completeJournals has the shell offer files, as many as there can be.
func completeJournals(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) < 2 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

func (a *app) compare(cmd *cobra.Command, f compareFlags, before, after string) error {
	if err := checkReports(f.reports, compareFormats); err != nil {
		return err
	}
	reports := f.reports
	f.reports = nil // those of the checks are others
	if err := a.checkFlags(f.runFlags); err != nil {
		return err
	}
	f.reports = reports
	a.veil()
	var runs [2]*journal.Run
	for i, operand := range []string{before, after} {
		var err error
		if runs[i], err = a.side(cmd, f, operand); err != nil || a.code != 0 {
			return err
		}
	}
	from, to := runs[0], runs[1]
	c := compare.Journals(from, to)
	if c.Common() == 0 {
		return &nothing{harness.Problem{What: before + " and " + after + " have no cell in common",
			Hint: "compare two runs of the same scenarios, or two checks of the same routes"}}
	}
	lost := a.tellComparison(f, c)
	if c.Count(compare.Worse) == 0 {
		return lost
	}
	if a.code = exitFail; lost != nil {
		complain(a.stderr, lost.Error(), harness.Hint(lost))
	}
	return nil
}

// tellComparison writes all reports, and the usual one unless another has stdout.
func (a *app) tellComparison(f compareFlags, c compare.Comparison) error {
	var errs []error
	usual := true
	for _, arg := range f.reports {
		format, path, _ := strings.Cut(arg, "=")
		usual = usual && path != "-"
		errs = append(errs, a.writeComparison(f, format, path, c))
	}
	if usual {
		errs = append(errs, a.writeComparison(f, "text", "-", c))
	}
	return errors.Join(errs...)
}

func (a *app) writeComparison(f compareFlags, format, path string, c compare.Comparison) error {
	o, err := a.openReport(format, path)
	if err != nil {
		return err
	}
	o.note(a.comparisonRenderer(f, format, path == "-", o.w)(o.w, c))
	o.note(o.close())
	return o.lost
}

func (a *app) comparisonRenderer(f compareFlags, format string, stdout bool, w io.Writer) func(io.Writer, compare.Comparison) error {
	switch format {
	case "json":
		return report.ComparedJSON
	case formatMarkdown:
		return report.ComparedMarkdown
	}
	tty, _ := terminalOf(w)
	return report.Compared(report.Style{Color: a.color(f.color, stdout && tty), Width: columns(w)})
}
