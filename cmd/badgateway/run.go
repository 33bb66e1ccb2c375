package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/journal"
	"github.com/badgateway/badgateway/harness/runtimes"
)

// runFlags are the flags of run.
type runFlags struct {
	runtime, gateway, filter, color string
	reports                         []string
	quiet, verbose                  bool
	labs                            int
}

func (a *app) runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run [ID | GLOB | documented | all]...",
		Short: "Play scenarios and say what came of each",
		Long: `Play scenarios and say what came of each. Without an argument all are played.

The exit code says who has to act:
  0    every selected cell met its expectation (warnings count as met)
  1    at least one failed: the gateway's configuration is to blame
  2    usage, or a configuration that cannot be read: nothing ran
  3    inconclusive, or trouble with the lab or a report: the environment is to blame
  4    the selection matched nothing
  130  interrupted (143: terminated), after reverting`,
		Example: `  badgateway run documented
  badgateway run 'slow/*' crash/refused
  badgateway run --filter 'firewall && !body' --gateway nginx@1.26
  badgateway run --report junit=badgateway.xml --report journal=badgateway.ndjson
  badgateway run documented --quiet --report json=- | jq .counts`,
		ValidArgsFunction: a.completeIDs(
			cobra.CompletionWithDesc(wordDocumented, "the scenario that stands for each cause"),
			cobra.CompletionWithDesc(wordAll, "the whole catalogue")),
		RunE: func(cmd *cobra.Command, words []string) error { return a.run(cmd.Context(), f, words) },
	}
	a.defineRunFlags(cmd, &f)
	return cmd
}

func (a *app) defineRunFlags(cmd *cobra.Command, f *runFlags) {
	flags := cmd.Flags()
	flags.StringVar(&f.runtime, "runtime", runtimes.Auto, "make labs in `NAME`: auto, "+strings.Join(a.runtimes, ", ")+"; auto takes what can play most")
	flags.StringVar(&f.gateway, "gateway", "nginx", "test the gateway `REF`: nginx, nginx@1.26, image:...")
	flags.StringVar(&f.filter, "filter", "", "play only what these `LABELS` select, in Ginkgo's grammar: 'slow && !body'")
	flags.StringArrayVar(&f.reports, "report", nil, "write a report, `FORMAT=PATH`, repeatable; formats are "+strings.Join(formats, ", ")+"; path - is stdout")
	flags.StringVar(&f.color, "color", "auto", "colour the results `WHEN`: auto, always, never")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no progress, and of the results only what is not as it should be")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "show the evidence of every cell")
	flags.IntVar(&f.labs, "labs", 0, "let up to `N` labs stand at once, 0 for as many as there are cores")
	fixed := func(flag string, words ...cobra.Completion) {
		cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
	}
	fixed("runtime", append([]string{runtimes.Auto}, a.runtimes...)...)
	fixed("color", colorModes...)
}

// run plays what the words select. An error that it returns ended it before anything
// ran; all else is in a.code.
func (a *app) run(ctx context.Context, f runFlags, words []string) error {
	if err := a.checkFlags(f); err != nil {
		return err
	}
	gateway, err := a.gateway(f.gateway)
	if err != nil {
		return err
	}
	chosen, err := choose(a.catalogue(), words, f.filter, gateway.Name())
	if err != nil {
		return err
	}
	out, err := a.openOutputs(f)
	if err != nil {
		return err
	}
	r := &running{app: a, flags: f, out: out, progress: a.progress(f, len(chosen))}
	r.start = journal.Start{
		Started: time.Now(), Badgateway: a.version, Gateway: f.gateway, Runtime: f.runtime,
		Selection: append([]string{}, words...), Filter: f.filter, Scenarios: idsOf(chosen),
	}
	a.code = r.play(ctx, gateway, chosen)
	return nil
}

// checkFlags refuses what makes no sense.
func (a *app) checkFlags(f runFlags) error {
	switch {
	case f.runtime != runtimes.Auto && !slices.Contains(a.runtimes, f.runtime):
		return usage("there are auto, "+strings.Join(a.runtimes, ", "), "there is no runtime %q", f.runtime)
	case !slices.Contains(colorModes, f.color):
		return usage("say auto, always or never", "--color cannot be %q", f.color)
	case f.labs < 0:
		return usage("say how many labs may stand at once, or 0", "--labs cannot be %d", f.labs)
	case f.quiet && f.verbose:
		return usage("leave one out", "--quiet and --verbose contradict each other")
	}
	return nil
}

func idsOf(scenarios []harness.Scenario) []string {
	ids := make([]string, len(scenarios))
	for i, s := range scenarios {
		ids[i] = s.ID
	}
	return ids
}
