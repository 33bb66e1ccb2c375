package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/check"
	"github.com/badgateway/badgateway/harness/check/settings"
	"github.com/badgateway/badgateway/harness/journal"
	"github.com/badgateway/badgateway/harness/report"
	"github.com/badgateway/badgateway/harness/runtimes"
	"github.com/badgateway/badgateway/harness/visible"
)

// wordCanonical selects one fault of each cause.
const wordCanonical = "canonical"

// checking is a check that goes on.
type checking struct {
	*app
	flags    checkFlags
	path     string
	subject  *check.Subject
	settings *settings.Settings
	wish     check.Wish
	guard    *guard
	out      *outputs // nil where the routes are only listed
	progress progress
	start    journal.Start
	mutated  []report.Mutation // nil where that was not asked for
}

// run asks, plays, reports and returns the exit code. An error is of what came before any
// cell was played.
func (c *checking) run(ctx context.Context) (code int, err error) {
	ctx, quiet := c.heed(ctx, c.progress.Say)
	stopTicking := tick(c.progress)
	var plan check.Plan
	var summary harness.Summary
	if c.flags.static {
		plan, err = c.read()
	} else {
		plan, summary, err = c.inRuntime(ctx)
	}
	stop := interruptionOf(ctx)
	quiet()
	stopTicking()
	c.progress.Clear()
	var none *nothing
	if stop == nil && (c.subject == nil || c.subject.Survey == nil || errors.As(err, &none)) {
		return 0, errors.Join(err, c.out.close())
	}
	if none := (*nothing)(nil); errors.As(err, &none) {
		return 0, errors.Join(err, c.out.close())
	}
	if c.flags.routes {
		if stop != nil {
			complain(c.stderr, stop.Error(), "")
			return stop.code(), nil
		}
		return 0, errors.Join(err, c.listRoutes(c.subject, c.flags.asJSON))
	}
	for _, cell := range summary.Cells {
		plan.Read = append(plan.Read, c.hidden(c.completed(cell)))
	}
	summary.Cells = plan.Read
	run := report.Run{
		Badgateway: c.version, Reference: c.start.Gateway, Gateway: "nginx", Runtime: c.start.Runtime,
		Started: c.start.Started, Planned: len(c.start.Scenarios), Summary: summary, Trouble: trouble(stop, err),
		Check: c.words(), Coverage: c.coverage(plan), Drift: c.guard.drift(summary), Mutations: c.mutated,
	}
	lost := c.out.end(run, endOf(run, stop))
	if stop == nil && err == nil {
		err = c.guard.keep(run, c.progress.Say)
	}
	(&running{app: c.app}).tell(stop, err, lost)
	return exitCode(run, stop, err, lost), nil
}

// inRuntime opens a runtime, finds the routes, and plays what is planned on them.
func (c *checking) inRuntime(ctx context.Context) (plan check.Plan, sum harness.Summary, err error) {
	say := c.progress.Say
	from, needs := "image:"+c.flags.image, harness.Needs(0)
	if c.subject != nil {
		say(c.subject.Told)
		from, needs = c.subject.Place.Boot.From, c.subject.Needs()
	}
	rt, why, err := c.runtime(ctx, c.flags.runtime, runtimes.Want{From: from, Needs: needs, Scenarios: c.wish.Faults}, say)
	if err != nil {
		return plan, sum, err
	}
	defer func() { err = errors.Join(err, rt.Close()) }()
	if why != "" {
		say("labs are made by " + rt.Name() + ": " + why)
	}
	if err := rt.Supports(ctx, needs); err != nil {
		return plan, sum, err
	}
	if c.subject == nil {
		say("starting the image, to read the configuration that it makes for itself")
		if c.subject, err = check.Image(ctx, rt, c.flags.image, c.settings.Configuration.Set); err != nil {
			return plan, sum, err
		}
		c.hider.Hide(c.subject.Config.Secrets())
	}
	say(fmt.Sprintf("booting it in %s, and asking for every route", from))
	if err := c.subject.Find(ctx, rt, say); err != nil || c.flags.routes {
		return plan, sum, err
	}
	if c.flags.clock != string(harness.RealClock) {
		err := rt.Supports(ctx, harness.VirtualTime)
		if c.wish.Virtual = err == nil; err != nil && !harness.IsLack(err) {
			return plan, sum, err
		}
	}
	if plan, err = c.subject.Plan(c.wish); err != nil {
		return plan, sum, err
	}
	c.unused()
	if plan, err = c.guard.gone(plan, c.subject.Survey, c.wish.Faults, say); err != nil {
		return plan, sum, err
	}
	plan = c.only(plan).Bound()
	if len(plan.Play)+len(plan.Read) == 0 {
		return plan, sum, c.nothingToPlay()
	}
	c.begin(rt.Name(), plan)
	sum, err = c.play(ctx, harness.Plan{
		Runtime: rt, Gateway: c.subject.Gateway(), Scenarios: plan.Play, Parallel: c.flags.labs(),
		Clock: harness.Clock(c.flags.clock), Confirm: harness.Confirm(c.flags.confirm), Seed: c.flags.seed, Say: say,
		OnCell: c.tell,
	})
	if err == nil {
		prover := c.prover(rt, plan, sum)
		if err = c.prove(ctx, prover, sum); err == nil && c.flags.mutate {
			c.mutated, err = c.mutate(ctx, prover, plan, sum)
		}
	}
	return plan, sum, err
}

// tell tells every output of a cell, without what nobody is to see.
func (c *checking) tell(cell harness.Cell) {
	c.guard.learn(c.hidden(cell))
	cell = c.hidden(c.completed(cell))
	c.out.cell(cell)
	c.progress.Cell(cell)
}

// hidden is a cell without secrets: what is written hides them too, but not what a line was
// cut in the middle of.
func (c *checking) hidden(cell harness.Cell) harness.Cell {
	text, err := json.Marshal(cell)
	if err != nil {
		return cell // it holds nothing that cannot be written
	}
	var without harness.Cell
	if err := json.Unmarshal([]byte(c.hider.Text(string(text))), &without); err != nil {
		return harness.Cell{ID: cell.ID, Verdict: cell.Verdict, Reason: visible.Hidden}
	}
	return without
}

// read judges what is written, and boots nothing.
func (c *checking) read() (check.Plan, error) {
	c.progress.Say(c.subject.Told)
	c.subject.Read()
	if c.flags.routes {
		return check.Plan{}, nil
	}
	plan, err := c.subject.Ladders(c.wish)
	if err != nil {
		return plan, err
	}
	plan = c.only(plan)
	c.begin("none", plan)
	return plan, nil
}

// nothingToPlay says why.
func (c *checking) nothingToPlay() error {
	survey := c.subject.Survey
	p := harness.Problem{What: "the selection matches no cell", Hint: "--routes lists the routes, and `badgateway list` the faults"}
	if len(survey.Routes) == 0 {
		p.What, p.Hint = "the configuration leads to no upstream", "--routes says what each location does instead"
	}
	for _, u := range survey.Unreached {
		p.What = "no request was proven to come to any upstream"
		p.Detail = append(p.Detail, c.subject.Config.Position(u.Way.Pass)+": "+u.Why)
	}
	return &nothing{p}
}

// unused tells of what the settings say of nothing.
func (c *checking) unused() {
	var routes []string
	for _, r := range c.subject.Survey.Routes {
		routes = append(routes, r.ID)
	}
	for _, u := range c.settings.Unused(routes, nil) {
		c.progress.Say(fmt.Sprintf("%s:%d:%d: %s; %s", u.At.File, u.At.Line, u.At.Column, u.What, u.Hint))
	}
}

// begin tells every output what is going to be played.
func (c *checking) begin(runtime string, plan check.Plan) {
	c.start = journal.Start{
		Started: time.Now(), Badgateway: c.version, Gateway: c.subject.Place.Boot.From, Runtime: runtime,
		Selection: []string{c.path}, Filter: strings.Join(c.flags.only, ", "),
	}
	for _, cell := range plan.Read {
		c.start.Scenarios = append(c.start.Scenarios, cell.Key())
	}
	for _, s := range plan.Play {
		c.start.Scenarios = append(c.start.Scenarios, s.Key())
	}
	c.progress.Expect(len(plan.Read) + len(plan.Play))
	c.out.begin(c.start)
	for i := range plan.Read {
		plan.Read[i].Runtime, plan.Read[i].Version = runtime, c.subject.Survey.Version
		c.tell(plan.Read[i])
	}
}

// completed is a cell with what the settings expect of it.
func (c *checking) completed(cell harness.Cell) harness.Cell {
	// By how much an answer may come later than the gateway decided, before a reader would
	// call it another time.
	const slack = 250 * time.Millisecond
	cell = c.guard.hold(cell)
	if cell.Outcome == "" {
		return cell
	}
	for _, e := range c.settings.Expected(cell.Route, cell.ID) {
		cell.Findings = append(cell.Findings, e.Judge(cell, slack)...)
	}
	if verdict, reason := harness.VerdictOf(cell.Findings); verdict > cell.Verdict {
		cell.Verdict, cell.Reason = verdict, reason
	}
	return cell
}

// words are those of the command up to the cell.
func (c *checking) words() []string {
	words := []string{"badgateway", "check"}
	if c.path != "" {
		words = append(words, c.path)
	}
	add := func(flag, value string) {
		if value != "" {
			words = append(words, flag, value)
		}
	}
	if c.flags.runtime != runtimes.Auto {
		add("--runtime", c.flags.runtime)
	}
	if c.flags.clock != string(harness.AutoClock) {
		add("--clock", c.flags.clock)
	}
	add("--config", c.flags.file)
	add("--at", c.flags.at)
	add("--gateway", c.flags.gateway)
	add("--image", c.flags.image)
	for _, s := range c.flags.set {
		name, _, _ := strings.Cut(s, "=")
		add("--set", name+"=...") // its value may be a secret
	}
	if c.flags.static {
		words = append(words, "--static")
	}
	if c.flags.strict {
		words = append(words, "--strict")
	}
	add("--without-module", strings.Join(c.flags.without, ","))
	if f := strings.Join(c.flags.faults, ","); f != wordCanonical {
		add("--faults", f)
	}
	return words
}

// coverage is what was played of the configuration, and what was not.
func (c *checking) coverage(plan check.Plan) report.Coverage {
	if c.subject == nil || c.subject.Survey == nil {
		return report.Coverage{}
	}
	l := listedOf(c.subject)
	told := l.Told
	if c.flags.static {
		told += "; nothing was booted: that requests come by these routes is not proven"
	}
	cov := report.Coverage{Told: told, Covered: len(l.Routes), Ways: len(l.Routes) + len(l.Unreached)}
	for _, u := range l.Unreached {
		cov.Unreached = append(cov.Unreached, report.Uncovered{Where: u.Where, What: u.Says, Why: u.Why})
	}
	for _, g := range l.Gaps {
		cov.Gaps = append(cov.Gaps, report.Gap{Path: g.Path, What: g.What, Where: g.For})
	}
	for _, u := range l.Unread {
		cov.Dropped = append(cov.Dropped, report.Uncovered{Where: u, Why: "nothing includes it"})
	}
	for _, d := range c.subject.Config.Dropped {
		cov.Dropped = append(cov.Dropped, report.Uncovered{Where: c.subject.Config.Position(d), What: d.String(), Why: "its module is left out"})
	}
	for _, left := range plan.Left {
		one := report.Left{Fault: left.Fault, Route: left.Route, Why: left.Why}
		if why, skipped := strings.CutPrefix(left.Why, "skipped: "); skipped {
			one.Why = why
			cov.Skipped = append(cov.Skipped, one)
			continue
		}
		cov.NotRun = append(cov.NotRun, one)
	}
	return cov
}
