// Command badgateway injects faults around a reverse proxy and says what its clients
// see of them. It turns words into a plan, a plan's summary into reports, and a verdict
// into an exit code; it never breaks anything itself.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/runtimes"
	"github.com/badgateway/badgateway/harness/visible"
)

func main() {
	os.Exit(Main(os.Args[1:], os.Getenv, os.Stdout, os.Stderr))
}

// Main is the program as a function of what it is given. Where the executable has been
// started to be something else, an agent in a lab, it is that.
func Main(args []string, env func(string) string, stdout, stderr io.Writer) int {
	if code, was := beSomethingElse(args); was {
		return code
	}
	return newApp(wired(), env, stdout, stderr).main(args)
}

// parts is what the command line stands on. Tests put their own in.
type parts struct {
	version   string
	catalogue func() []harness.Scenario
	// gateway finds one by its reference: "nginx@1.26".
	gateway func(ref string) (harness.Gateway, error)
	// runtimes are the names that there are.
	runtimes []string
	// runtime is runtimes.Open.
	runtime func(ctx context.Context, name string, w runtimes.Want, progress func(string)) (rt harness.Runtime, why string, err error)
	// play is harness.Run.
	play func(context.Context, harness.Plan) (harness.Summary, error)
	// exams are the doctor's, in their order.
	exams func(gateway string, progress func(string)) []exam
	// signals is signal.Notify.
	signals func(c chan<- os.Signal, sig ...os.Signal)
	// exit is os.Exit.
	exit func(code int)
}

// app is one call of the program.
type app struct {
	parts
	env            func(string) string
	stdout, stderr io.Writer
	// began says that the words made sense to the command line: an error from then
	// on is not about them unless it says so.
	began bool
	// hider takes secrets out of all that is written, once some are known.
	hider *visible.Hider
	// code is what to exit with where nothing went wrong.
	code int
}

func newApp(p parts, env func(string) string, stdout, stderr io.Writer) *app {
	if p.play == nil {
		p.play = harness.Run
	}
	if p.signals == nil {
		p.signals = signal.Notify
	}
	if p.exit == nil {
		p.exit = os.Exit
	}
	return &app{parts: p, env: env, stdout: stdout, stderr: stderr}
}

// veil lets all that is written from now on go by the hider, which may learn secrets later.
func (a *app) veil() {
	a.hider = visible.NewHider()
	a.stdout, a.stderr = a.hider.Writer(a.stdout), a.hider.Writer(a.stderr)
}

func (a *app) main(args []string) int {
	root := a.root()
	root.SetArgs(args)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	cmd, err := root.ExecuteC()
	if err != nil {
		return a.fail(err, cmd)
	}
	return a.code
}
