package main

import (
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/journal"
	"github.com/badgateway/badgateway/harness/runtimes"
)

// parallelAuto leaves it to the machine how many labs stand at once.
const parallelAuto = "auto"

// runFlags are the flags of run.
type runFlags struct {
	runtime, gateway, filter, color string
	reports                         []string
	quiet, verbose, shuffle         bool
	parallel                        string
	seed                            uint64
}

// labs is how many may stand at once, 0 for what the machine bears.
func (f runFlags) labs() int {
	n, _ := strconv.Atoi(f.parallel)
	return n
}

func (a *app) runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run [ID | GLOB | documented | all]...",
		Short: "Play scenarios and say what came of each",
		Long: `Play scenarios and say what came of each. Without an argument all are played.

The exit code says who has to act:
  0    every selected cell met its expectation (warnings count as met, and what is
       unsupported here does not count)
  1    at least one failed: the gateway's configuration is to blame
  2    usage, or a configuration that cannot be read: nothing ran
  3    inconclusive, or trouble with the lab or a report: the environment is to blame
  4    the selection matched nothing
  130  interrupted (143: terminated), after reverting`,
		Example: `  badgateway run documented
  badgateway run 'slow/*' crash/refused
  badgateway run --filter 'firewall && !body' --gateway nginx@1.26
  badgateway run --report junit=badgateway.xml --report journal=badgateway.ndjson
  badgateway run --shuffle --parallel 2
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
	flags.StringVar(&f.gateway, "gateway", "nginx", "test the gateway `REF`: nginx, nginx@1.26, image:..., bin:/...")
	flags.StringVar(&f.filter, "filter", "", "play only what these `LABELS` select, in Ginkgo's grammar: 'slow && !body'")
	flags.StringArrayVar(&f.reports, "report", nil, "write a report, `FORMAT=PATH`, repeatable; formats are "+strings.Join(formats, ", ")+"; path - is stdout")
	flags.StringVar(&f.color, "color", "auto", "colour the results `WHEN`: auto, always, never")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no progress, and of the results only what is not as it should be")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "show the evidence of every cell")
	flags.StringVar(&f.parallel, "parallel", parallelAuto, "let up to `N` labs stand at once; auto is as many as memory and cores bear")
	flags.BoolVar(&f.shuffle, "shuffle", false, "play in another order: who has which bay, and whose lab begins first")
	flags.Uint64Var(&f.seed, "seed", 0, "shuffle as `SEED` has it; 0 is another order each time, whose seed is told")
	fixed := func(flag string, words ...cobra.Completion) {
		cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
	}
	fixed("runtime", append([]string{runtimes.Auto}, a.runtimes...)...)
	fixed("color", colorModes...)
	fixed("parallel", parallelAuto)
}

// run plays what the words select. An error that it returns ended it before anything
// ran; all else is in a.code.
func (a *app) run(ctx context.Context, f runFlags, words []string) error {
	if err := a.checkFlags(f); err != nil {
		return err
	}
	if f.shuffle && f.seed == 0 {
		f.seed = 1 + rand.Uint64N(1<<32) // short enough to be typed again
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
		Selection: append([]string{}, words...), Filter: f.filter, Scenarios: idsOf(chosen), Seed: f.seed,
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
	case f.parallel != parallelAuto && f.labs() < 1:
		return usage("say how many labs may stand at once, or auto", "--parallel cannot be %q", f.parallel)
	case f.seed != 0 && !f.shuffle:
		return usage("add --shuffle", "--seed without --shuffle says nothing")
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
