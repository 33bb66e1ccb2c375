package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/visible"
)

// The exit codes. Signals add their number to 128.
const (
	exitMet         = 0 // every selected cell met its expectation; a warning is met
	exitFail        = 1 // the gateway's configuration is to blame
	exitUsage       = 2 // what was asked for is to blame; nothing ran
	exitEnvironment = 3 // the machine, the engine or the lab is to blame
	exitNothing     = 4 // the selection matched nothing
)

// nothing is the error of a selection that is well formed and matches nothing.
type nothing struct{ harness.Problem }

// usage is an error about the words on the command line.
func usage(hint, format string, args ...any) error {
	return &harness.Problem{Blame: harness.Usage, What: fmt.Sprintf(format, args...), Hint: hint}
}

// fail tells of err and returns the exit code.
func (a *app) fail(err error, cmd *cobra.Command) int {
	hint := harness.Hint(err)
	if !a.began && hint == "" {
		hint = fmt.Sprintf("`%s --help` shows how it is used", cmd.CommandPath())
	}
	var none *nothing
	if errors.As(err, &none) {
		complain(a.stderr, none.What, none.Hint)
		for _, line := range none.Detail {
			fmt.Fprintf(a.stderr, "  | %s\n", oneLine(line))
		}
		return exitNothing
	}
	complain(a.stderr, err.Error(), hint)
	detail(a.stderr, err)
	if !a.began {
		return exitUsage
	}
	return codeOf(err)
}

func codeOf(err error) int {
	if harness.BlameOf(err) == harness.Usage {
		return exitUsage
	}
	return exitEnvironment
}

// complain says what went wrong in a line and what to do about it in another.
func complain(w io.Writer, what, hint string) {
	fmt.Fprintf(w, "badgateway: %s\n", oneLine(what))
	if hint != "" {
		fmt.Fprintf(w, "hint: %s\n", oneLine(hint))
	}
}

// detail shows what else there is to read, such as the end of a gateway's log.
func detail(w io.Writer, err error) {
	var p *harness.Problem
	if !errors.As(err, &p) {
		return
	}
	for _, line := range p.Detail {
		fmt.Fprintf(w, "  | %s\n", oneLine(line))
	}
}

// oneLine joins the lines of joined errors and spells what a terminal would obey.
func oneLine(s string) string {
	var lines []string
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return visible.Text(strings.Join(lines, "; "))
}
