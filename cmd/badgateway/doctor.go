package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/badgateway/badgateway/harness"
)

// exam is one thing that a run needs, tried by doing it.
type exam struct {
	runtime string // whose, "" for none's
	name    string
	// needs is the exam of the same runtime without which this one makes no sense, "" for none.
	needs string
	// extra says that the runtime is of use without it.
	extra bool
	// proves says that the runtime is of use.
	proves bool
	// try returns what was found, in a few words.
	try func(context.Context) (found string, err error)
}

func (a *app) doctorCommand() *cobra.Command {
	ref := ""
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Try whether this machine can do it, and say what is missing",
		Long: `Try whether this machine can do it, by doing it, in each runtime: reach the engine, make
namespaces, get the agent and the gateway, start a lab. What is fetched or built for that
stays for the first run. What is missing is said with what to do; "lacking" is what only
some scenarios need, which are unsupported without it.
It exits with 0 if a lab stood in one runtime at least, and with 3 if in none.`,
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
	a.code = exitEnvironment
	well := map[string]bool{}
	for _, e := range a.exams(ref, say) {
		well[e.runtime+e.name] = a.examine(ctx, e, well)
		if e.proves && well[e.runtime+e.name] {
			a.code = exitMet
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
	if e.needs != "" && !well[e.runtime+e.needs] {
		a.diagnose("untried", e, "it needs the "+e.needs, "")
		return false
	}
	found, err := e.try(ctx)
	switch {
	case err != nil && e.extra:
		a.diagnose("lacking", e, err.Error(), harness.Hint(err))
	case err != nil:
		a.diagnose("missing", e, err.Error(), harness.Hint(err))
	default:
		a.diagnose("ok", e, found, "")
	}
	return err == nil
}

func (a *app) diagnose(state string, e exam, found, hint string) {
	fmt.Fprintf(a.stdout, "%-7s  %-6s  %-10s  %s\n", state, e.runtime, e.name, oneLine(found))
	if hint != "" {
		fmt.Fprintf(a.stdout, "%-7s  %-6s  %-10s  hint: %s\n", "", "", "", oneLine(hint))
	}
}
