package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/harness/runtimes"
)

// The session files play the program in a process of its own, on parts that need no
// engine: the runtime makes no labs, and the verdict is the scenario's name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"badgateway": func() {
		os.Exit(newApp(pretended(os.Getenv), os.Getenv, os.Stdout, os.Stderr).main(os.Args[1:]))
	}})
}

func TestSessions(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits,
		},
	})
}

// exits CODE PROGRAM ARGS... runs a program, which must exit with that code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	code, err := "0", ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = fmt.Sprint(exit.ExitCode())
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if code != args[0] {
		ts.Fatalf("it exited with %s, want %s", code, args[0])
	}
}

// pretended are parts that do as the scenarios' names say, and as PRETEND says.
func pretended(env func(string) string) parts {
	return parts{
		version:   "v0.0.0-test",
		catalogue: pretendedCatalogue,
		gateway:   pretendedGateway,
		runtimes:  []string{"docker", "other"},
		runtime: func(_ context.Context, name string, _ runtimes.Want, progress func(string)) (harness.Runtime, string, error) {
			if env("PRETEND") == "no engine" {
				return nil, "", &harness.Problem{What: "no Docker engine can be used", Hint: "start Docker", Err: errors.New("connection refused")}
			}
			progress("reaching the engine")
			if name == runtimes.Auto {
				return noLabs{env("PRETEND")}, "other: it is made up", nil
			}
			return noLabs{env("PRETEND")}, "", nil
		},
		play: func(ctx context.Context, p harness.Plan) (harness.Summary, error) {
			return pretend(ctx, env("PRETEND"), p)
		},
		exams: pretendedExams(env("PRETEND")),
	}
}

// noLabs is a runtime that none of the sessions asks for a lab.
type noLabs struct{ pretend string }

func (noLabs) Name() string                                  { return "docker" }
func (noLabs) Takes(string) error                            { return nil }
func (noLabs) Footprint() harness.Footprint                  { return harness.Footprint{} }
func (noLabs) Supports(context.Context, harness.Needs) error { return nil }
func (noLabs) Open(context.Context, harness.LabSpec) (*harness.Lab, error) {
	panic("a lab is asked for")
}

func (r noLabs) Close() error {
	if r.pretend == "leftovers" {
		return errors.New("removing the lab: the engine is gone")
	}
	return nil
}

type pretendedNginx struct{ harness.Gateway }

func (pretendedNginx) Name() string { return "nginx" }

// What logs mean is nothing to pretend.
func interpreter() harness.Interpreter { return nginx.Reference("nginx").(harness.Interpreter) }

func (pretendedNginx) Symptoms() []harness.Symptom { return interpreter().Symptoms() }

func (pretendedNginx) Interpret(line string) (harness.Sign, harness.Sense) {
	return interpreter().Interpret(line)
}

func (pretendedNginx) Mask(line string) string { return interpreter().Mask(line) }

func (pretendedNginx) Deviations(version string) []harness.Deviation {
	return harness.Applying([]harness.Deviation{{Scenario: "dns/fail", Check: "answers 502 Bad Gateway",
		Instead: harness.Answers(504), Reason: "because so", Since: "1.2", Before: "1.4"}}, version)
}

func pretendedGateway(ref string) (harness.Gateway, error) {
	if ref == "apache" {
		return nil, &harness.Problem{Blame: harness.Usage, What: `there is no gateway "apache"`, Hint: "say nginx"}
	}
	return pretendedNginx{}, nil
}

func pretendedCatalogue() []harness.Scenario {
	scenario := func(cause harness.Cause, name string, documented bool) harness.Scenario {
		return harness.Scenario{
			ID: string(cause) + "/" + name, Title: "a promise of " + name, Why: "Why it " + name + "s.", Folklore: "503",
			Documented: documented, Expect: []harness.Check{harness.Answers(502), harness.Tries(1).Should()},
			Fault: harness.Fault{Title: "things " + name, Cause: cause, Phase: harness.PhaseConnect},
		}
	}
	return []harness.Scenario{
		scenario(harness.Crash, "pass", true), scenario(harness.Crash, "passed", false),
		scenario(harness.DNS, "fail", false), scenario(harness.Slow, "warn", true),
		scenario(harness.Slow, "inconclusive", false), unheardOf(scenario(harness.Overload, "unsupported", false)),
	}
}

// unheardOf is a scenario that nobody says anything of.
func unheardOf(s harness.Scenario) harness.Scenario {
	s.Folklore, s.Title = "", "a promise that says "+strings.Repeat("and goes on to say ", 10)+"what it is"
	return s
}

// pretend is a run without a lab.
func pretend(ctx context.Context, how string, p harness.Plan) (sum harness.Summary, err error) {
	for i, s := range p.Scenarios {
		if i == 1 && how != "" {
			err = pretendTrouble(ctx, how)
		}
		if err != nil {
			return sum, err
		}
		c := pretendedCell(s, p.Runtime.Name())
		if c.Verdict == harness.Inconclusive {
			p.OnCell(c)
			c.Take = 2
		}
		p.OnCell(c)
		sum.Cells = append(sum.Cells, c)
	}
	sum.Version, sum.Source = "1.26.3", "nowhere"
	sum.Spent = harness.LabSpent{Start: 0.5, Play: 1, Stop: 0.1}
	return sum, nil
}

func pretendedCell(s harness.Scenario, runtime string) harness.Cell {
	c := harness.Cell{
		ID: s.ID, Title: s.Title, Why: s.Why, Folklore: s.Folklore, Cause: s.Fault.Cause, Phase: s.Fault.Phase, While: s.Fault.Title,
		Gateway: "nginx", Version: "1.26.3", Runtime: runtime, Clock: "real", Take: 1, Status: 502, Outcome: harness.Answered,
		Seconds: 1.5, Log: []string{"hostile \x1b[2J"}, Findings: []harness.Finding{}, Receipt: "seen to " + s.Fault.Title,
	}
	_, name, _ := strings.Cut(s.ID, "/")
	if c.Verdict.UnmarshalText([]byte(name)) != nil {
		c.Verdict = harness.Pass
	}
	if c.Verdict != harness.Pass {
		c.Reason = "it was told to " + name
	}
	return c
}

// pretendTrouble is what goes wrong after the first cell.
func pretendTrouble(ctx context.Context, how string) error {
	kill := func(s string) {
		if err := signalSelf(s); err != nil {
			panic(err)
		}
	}
	switch how {
	case "SIGINT", "SIGTERM":
		kill(how)
		<-ctx.Done()
		return errors.Join(errors.New("baseline: the order was not carried out"), context.Cause(ctx))
	case "impatience": // and a revert that never ends
		for again := time.NewTicker(2 * echo); ; <-again.C {
			kill("SIGINT")
		}
	case "an echo":
		heard := make(chan os.Signal, 2)
		signal.Notify(heard, os.Interrupt)
		kill("SIGINT")
		<-heard
		<-ctx.Done()
		kill("SIGINT")
		<-heard // so the other listener has it too
		return context.Cause(ctx)
	case "broken lab":
		return errors.New("opening a lab: out of\x1b[2J luck\nand more")
	}
	return nil
}

func pretendedExams(how string) func(string, func(string)) []exam {
	return func(gateway string, say func(string)) []exam {
		return []exam{
			{runtime: "docker", name: "engine", try: func(context.Context) (string, error) {
				if how == "no engine" || how == "another way" {
					return "", &harness.Problem{What: "no Docker engine can be used", Hint: "start Docker"}
				}
				return "28.0 at unix:///x", nil
			}},
			{runtime: "docker", name: "gateway", needs: "engine", proves: true, try: func(context.Context) (string, error) { say("pulling"); return gateway, nil }},
			{runtime: "other", name: "flux", extra: true, try: func(context.Context) (string, error) { return "", errors.New("it is unknown here") }},
			{runtime: "other", name: "lab", proves: how == "another way", try: func(context.Context) (string, error) { return "stood", nil }},
		}
	}
}

// A colour is asked for, forbidden, or left to the terminal and its environment.
func TestWhoDecidesOnColor(t *testing.T) {
	for _, c := range []struct {
		mode    string
		tty     bool
		env     string
		colored bool
	}{
		{"auto", false, "", false}, {"auto", true, "", true}, {"auto", true, "NO_COLOR=1", false}, {"auto", true, "TERM=dumb", false},
		{"always", false, "NO_COLOR=1", true}, {"never", true, "", false},
	} {
		env := func(name string) string {
			value, _ := strings.CutPrefix(c.env, name+"=")
			if value == c.env {
				return ""
			}
			return value
		}
		if got := newApp(parts{}, env, io.Discard, io.Discard).color(c.mode, c.tty); got != c.colored {
			t.Errorf("%+v gives %v", c, got)
		}
	}
}

func TestAComplaintIsALineAndAHint(t *testing.T) {
	var b strings.Builder
	complain(&b, "opening a lab: \x1b[2Jgone\nand\r\n\nmore\u202e", "do\nthis")
	want := "badgateway: opening a lab: \\x1b[2Jgone; and; more\\u202e\nhint: do; this\n"
	if b.String() != want {
		t.Errorf("it reads %q, want %q", b.String(), want)
	}
}
