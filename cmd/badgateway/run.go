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
	clock, confirm                  string
	quiet, verbose, shuffle, schema bool
	parallel                        string
	seed                            uint64
}

// labs is how many may stand at once, 0 for what the machine bears.
func (f runFlags) labs() int {
	n, _ := strconv.Atoi(f.parallel)
	return n
}

// sow chooses a seed where one is needed and none is given.
func (f *runFlags) sow() {
	if (f.shuffle || f.confirm != "") && f.seed == 0 {
		f.seed = 1 + rand.Uint64N(1<<32) // short enough to be typed again
	}
}

func (a *app) runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run [ID | GLOB | FILE | documented | all]...",
		Short: "Play scenarios and say what came of each",
		Long: `Play scenarios and say what came of each. Without an argument the catalogue is played.
A FILE tells scenarios of your own, in YAML: docs/scenarios.md has an example.

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
  badgateway run shop.yaml
  badgateway run --filter 'firewall && !body' --gateway nginx@1.26
  badgateway run --report junit=badgateway.xml --report journal=badgateway.ndjson
  badgateway run --shuffle --parallel 2
  badgateway run documented --quiet --report json=- | jq .counts`,
		ValidArgsFunction: a.completeIDs(
			cobra.CompletionWithDesc(wordDocumented, "the scenario that stands for each cause"),
			cobra.CompletionWithDesc(wordAll, "the whole catalogue")),
		RunE: func(cmd *cobra.Command, words []string) error {
			if f.schema {
				return a.writeSchema()
			}
			return a.run(cmd.Context(), f, words)
		},
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
	f.defineClock(cmd)
	flags.BoolVar(&f.shuffle, "shuffle", false, "play in another order: who has which bay, and whose lab begins first")
	flags.Uint64Var(&f.seed, "seed", 0, "shuffle, and choose what to confirm, as `SEED` has it; 0 is another order each time, whose seed is told")
	flags.BoolVar(&f.schema, "schema", false, "print the JSON Schema of a FILE, and play nothing")
	fixed := func(flag string, words ...cobra.Completion) {
		cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
	}
	fixed("runtime", append([]string{runtimes.Auto}, a.runtimes...)...)
	fixed("color", colorModes...)
	fixed("parallel", parallelAuto)
}

// defineClock defines the flags by which cells are played on another clock.
func (f *runFlags) defineClock(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.clock, "clock", string(harness.AutoClock), "let labs live by the clock `NAME`: real, virtual, auto; auto is virtual where the gateway would wait for over 5 s")
	flags.StringVar(&f.confirm, "confirm", "", "play cells of the virtual clock by the machine's too: `WHICH` is sample (some that take no longer than 3 s) or all")
	flags.Lookup("confirm").NoOptDefVal = string(harness.ConfirmSample)
	for flag, words := range map[string][]string{"clock": clocks, "confirm": confirms} {
		cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp))
	}
}

// run plays what the words select. An error that it returns ended it before anything
// ran; all else is in a.code.
func (a *app) run(ctx context.Context, f runFlags, words []string) error {
	if err := a.checkFlags(f); err != nil {
		return err
	}
	f.sow()
	gateway, err := a.gateway(f.gateway)
	if err != nil {
		return err
	}
	selected, err := a.selection(words, f.gateway)
	if err != nil {
		return err
	}
	chosen, err := choose(selected.all, selected.words, f.filter, gateway.Name())
	if err != nil {
		return err
	}
	out, err := a.openOutputs(f)
	if err != nil {
		return err
	}
	r := &running{app: a, flags: f, out: out, progress: a.progress(f, len(chosen)), files: selected.files}
	r.start = journal.Start{
		Started: time.Now(), Badgateway: a.version, Gateway: f.gateway, Runtime: f.runtime,
		Selection: append([]string{}, words...), Filter: f.filter, Scenarios: idsOf(chosen), Seed: f.seed,
	}
	a.code = r.play(ctx, gateway, chosen)
	return nil
}

// clocks are the words for --clock, confirms those for --confirm.
var (
	clocks   = []string{string(harness.AutoClock), string(harness.RealClock), string(harness.VirtualClock)}
	confirms = []string{string(harness.ConfirmSample), string(harness.ConfirmAll)}
)

// checkFlags refuses what makes no sense.
func (a *app) checkFlags(f runFlags) error {
	switch {
	case f.runtime != runtimes.Auto && !slices.Contains(a.runtimes, f.runtime):
		return usage("there are auto, "+strings.Join(a.runtimes, ", "), "there is no runtime %q", f.runtime)
	case !slices.Contains(colorModes, f.color):
		return usage("say auto, always or never", "--color cannot be %q", f.color)
	case f.parallel != parallelAuto && f.labs() < 1:
		return usage("say how many labs may stand at once, or auto", "--parallel cannot be %q", f.parallel)
	case !slices.Contains(clocks, f.clock):
		return usage("say auto, real or virtual", "--clock cannot be %q", f.clock)
	case f.confirm != "" && !slices.Contains(confirms, f.confirm):
		return usage("say sample or all", "--confirm cannot be %q", f.confirm)
	case f.confirm != "" && f.clock == string(harness.RealClock):
		return usage("leave it out, or say --clock virtual", "--confirm is of cells of the virtual clock")
	case f.seed != 0 && !f.shuffle && f.confirm == "":
		return usage("add --shuffle, or --confirm", "--seed without --shuffle says nothing")
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
