package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/journal"
	"github.com/badgateway/badgateway/harness/report"
	"github.com/badgateway/badgateway/harness/runtimes"
)

// running is a run that goes on.
type running struct {
	*app
	flags    runFlags
	out      *outputs
	progress progress
	start    journal.Start
	files    map[string]string // where a scenario is from that is not of the catalogue
}

// play plays, reports and returns the exit code.
func (r *running) play(ctx context.Context, gateway harness.Gateway, chosen []harness.Scenario) int {
	ctx, quiet := r.heed(ctx, r.progress.Say)
	stopTicking := tick(r.progress)
	summary, err := r.inRuntime(ctx, harness.Plan{
		Gateway: gateway, Scenarios: chosen, Parallel: r.flags.labs(), Shuffle: r.flags.shuffle, Seed: r.flags.seed,
		Clock: harness.Clock(r.flags.clock), Confirm: harness.Confirm(r.flags.confirm), Say: r.progress.Say,
		OnCell: func(c harness.Cell) { r.out.cell(c); r.progress.Cell(c) },
	})
	stop := interruptionOf(ctx)
	quiet()
	stopTicking()
	r.progress.Clear()
	run := report.Run{
		Badgateway: r.version, Reference: r.flags.gateway, Gateway: gateway.Name(), Runtime: r.start.Runtime,
		Started: r.start.Started, Planned: len(chosen), Summary: summary, Trouble: trouble(stop, err),
		Files: r.files,
	}
	lost := r.out.end(run, endOf(run, stop))
	r.tell(stop, err, lost)
	return exitCode(run, stop, err, lost)
}

// inRuntime chooses a runtime and plays the plan in it.
func (r *running) inRuntime(ctx context.Context, plan harness.Plan) (sum harness.Summary, err error) {
	want := runtimes.Want{From: r.flags.gateway, Scenarios: plan.Scenarios}
	rt, why, err := r.runtime(ctx, r.flags.runtime, want, r.progress.Say)
	if err == nil {
		r.start.Runtime = rt.Name()
	}
	r.out.begin(r.start)
	if err != nil {
		return sum, err
	}
	defer func() { err = errors.Join(err, rt.Close()) }()
	if r.flags.shuffle {
		r.progress.Say(fmt.Sprintf("shuffled; to have the same order again: --shuffle --seed %d", r.flags.seed))
	}
	if why != "" {
		r.progress.Say("labs are made by " + rt.Name() + ": " + why)
	}
	plan.Runtime = rt
	return r.parts.play(ctx, plan)
}

// tell explains on stderr why the run did not come to its end, or a report not to its.
func (r *running) tell(stop *interruption, err, lost error) {
	switch {
	case stop != nil:
		complain(r.stderr, stop.Error(), "")
	case err != nil:
		complain(r.stderr, err.Error(), harness.Hint(err))
		detail(r.stderr, err)
	}
	if lost != nil {
		complain(r.stderr, lost.Error(), harness.Hint(lost))
	}
}

func trouble(stop *interruption, err error) string {
	switch {
	case stop != nil:
		return stop.Error()
	case err != nil:
		return oneLine(err.Error())
	}
	return ""
}

func endOf(run report.Run, stop *interruption) journal.End {
	end := journal.End{
		Verdict: run.Verdict(), Cells: len(run.Summary.Cells),
		Version: run.Summary.Version, Source: run.Summary.Source, Spent: journal.SpentOn(run.Summary.Spent),
	}
	if stop != nil {
		end.Interrupted = stop.name()
	} else {
		end.Trouble = run.Trouble
	}
	return end
}

// exitCode says who has to act. A definite failure outranks doubt, whatever else went
// wrong; an interruption outranks all.
func exitCode(run report.Run, stop *interruption, err, lost error) int {
	switch {
	case stop != nil:
		return stop.code()
	case run.Verdict() == harness.Fail:
		return exitFail
	case err != nil && len(run.Summary.Cells) == 0:
		return codeOf(err)
	case err != nil || lost != nil || run.Verdict() == harness.Inconclusive:
		return exitEnvironment
	}
	return exitMet
}
