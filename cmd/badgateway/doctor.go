package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/badgateway/badgateway/harness"
)

// exam is one thing that a run needs, tried by doing it.
type exam struct {
	name string
	// needs is the exam without which this one makes no sense, "" for none.
	needs string
	// try returns what was found, in a few words.
	try func(context.Context) (found string, err error)
}

func (a *app) doctorCommand() *cobra.Command {
	ref := ""
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Try whether this machine can do it, and say what is missing",
		Long: `Try whether this machine can do it, by doing it: reach the engine, get the agent and
the gateway, start a lab. What is fetched or built for that stays for the first run.
It exits with 0 if nothing is missing and with 3 if something is.`,
		Example: `  badgateway doctor
  badgateway doctor --gateway image:registry.example/edge:7`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.doctor(cmd.Context(), ref) },
	}
	cmd.Flags().StringVar(&ref, "gateway", "nginx", "try the gateway `REF`")
	return cmd
}

func (a *app) doctor(ctx context.Context, ref string) error {
	if _, err := a.gateway(ref); err != nil {
		return err
	}
	say := func(what string) { fmt.Fprintln(a.stderr, oneLine(what)) }
	ctx, stop := a.heed(ctx, say)
	defer stop()
	well := map[string]bool{}
	for _, e := range a.exams(ref, say) {
		well[e.name] = a.examine(ctx, e, well)
		if !well[e.name] {
			a.code = exitEnvironment
		}
		if i := interruptionOf(ctx); i != nil {
			complain(a.stderr, i.Error(), "")
			a.code = i.code()
			return nil
		}
	}
	return nil
}

func (a *app) examine(ctx context.Context, e exam, well map[string]bool) bool {
	if e.needs != "" && !well[e.needs] {
		a.diagnose("untried", e.name, "it needs the "+e.needs, "")
		return false
	}
	found, err := e.try(ctx)
	if err != nil {
		a.diagnose("missing", e.name, err.Error(), harness.Hint(err))
		return false
	}
	a.diagnose("ok", e.name, found, "")
	return true
}

func (a *app) diagnose(state, name, found, hint string) {
	fmt.Fprintf(a.stdout, "%-7s  %-8s %s\n", state, name, oneLine(found))
	if hint != "" {
		fmt.Fprintf(a.stdout, "%-7s  %-8s hint: %s\n", "", "", oneLine(hint))
	}
}
