package main

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/compare"
	"github.com/badgateway/badgateway/harness/journal"
	"github.com/badgateway/badgateway/harness/report"
)

// compareFormats are what compare's --report knows.
var compareFormats = []string{"json", formatMarkdown, "text"}

// formatMarkdown is of what a reviewer reads.
const formatMarkdown = "md"

// compareFlags are the flags of compare.
type compareFlags struct {
	color   string
	reports []string
}

func (a *app) compareCommand() *cobra.Command {
	var f compareFlags
	cmd := &cobra.Command{
		Use:   "compare JOURNAL JOURNAL",
		Short: "Tell what changes for clients from one run to another",
		Long: `Hold two journals against each other, of run or of check, and tell what changes for clients
from the first to the second, worst first: another status or outcome, further attempts at
upstreams, a longer wait, a field of the answer that is lost, a promise that is no longer kept.
Times that may be the same but for noise are. Cells that were inconclusive or could not be played are listed, and count
neither way; so are those that only one of the runs has.

The exit code:
  0    nothing got worse
  1    something did
  2    usage, or a file that is no journal
  3    the results could not be written
  4    the journals have no cell in common`,
		Example: `  badgateway run --gateway nginx@1.22 --report journal=before.ndjson
  badgateway run --gateway nginx@1.26 --report journal=after.ndjson
  badgateway compare before.ndjson after.ndjson
  badgateway compare before.ndjson after.ndjson --report md=- >> "$GITHUB_STEP_SUMMARY"
  badgateway compare before.ndjson after.ndjson --report json=- | jq .counts.worse`,
		Args:              cobra.ExactArgs(2),
		ValidArgsFunction: completeJournals,
		RunE:              func(_ *cobra.Command, paths []string) error { return a.compare(f, paths[0], paths[1]) },
	}
	flags := cmd.Flags()
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

func (a *app) compare(f compareFlags, before, after string) error {
	if !slices.Contains(colorModes, f.color) {
		return usage("say auto, always or never", "--color cannot be %q", f.color)
	}
	if err := checkReports(f.reports, compareFormats); err != nil {
		return err
	}
	from, err := journal.ReadFile(before)
	if err != nil {
		return err
	}
	to, err := journal.ReadFile(after)
	if err != nil {
		return err
	}
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
