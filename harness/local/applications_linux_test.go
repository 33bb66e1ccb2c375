package local

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// worker is a server that says when it is ready, and of each connection that it is at work, in a
// system of its own, which TestMain removes.
var worker = sync.OnceValues(func() (system string, err error) {
	if system, err = os.MkdirTemp("", "badgateway-worker-"); err != nil {
		return "", err
	}
	workerFolder = system
	build := exec.Command("go", "build", "-o", system+"/bin/worker", "./testdata/worker")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, said)
	}
	return system, os.Chmod(system, 0o755)
})

var workerFolder string

// working is a lab whose first host is to run it there.
func working(t *testing.T, at string, sockets ...string) (*lab, agent.Host) {
	t.Helper()
	r := runtimeFor(t)
	system, err := worker()
	if err != nil {
		t.Fatal(err)
	}
	l, err := r.start(t.Context(), agent.Root{System: "/"}, 0, system)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.destroy() })
	if _, err := l.agent.Build(t.Context(), agent.Build{Hosts: 1, Bays: 1, Around: agent.Surroundings{Sockets: sockets}}); err != nil {
		t.Fatal(err)
	}
	p := &agent.Program{Ready: "ready"}
	p.Root, p.Args = agent.Root{System: agent.ProgramFolder(0), Sockets: true, Listens: true}, []string{"/bin/worker", at}
	return l, agent.Host{Program: p, Process: agent.Running, Port: 9000}
}

func (l *lab) host(t *testing.T) (agent.HostView, string) {
	t.Helper()
	v, err := l.agent.Look(t.Context(), agent.Look{Hosts: []int{0}})
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, ev := range v.Events {
		if ev.Kind == agent.Said {
			said = append(said, ev.Text)
		}
	}
	return v.Hosts[0], strings.Join(said, ", ")
}

// An order for a program is in force when it returns: it serves, or is frozen, or dead.
func TestAnUpstreamIsAProgram(t *testing.T) {
	l, h := working(t, "tcp:0.0.0.0:9000")
	for _, step := range []struct {
		to          agent.ProcessState
		state, exit string
	}{{agent.Running, "S", ""}, {agent.Frozen, "T", ""}, {agent.Killed, "", "signal: killed"}, {agent.Running, "S", ""}, {agent.Orphaned, "", "signal: killed"}} {
		h.Process = step.to
		if err := l.agent.SetHost(t.Context(), h); err != nil {
			t.Fatalf("%s: %v", step.to, err)
		}
		v, said := l.host(t)
		if v.State = strings.ReplaceAll(v.State, "R", "S"); v.State != step.state || v.Exit != step.exit || !strings.HasPrefix(said, "ready") {
			t.Errorf("%s: it is %q, ended by %q, and said %q", step.to, v.State, v.Exit, said)
		}
	}
}

func TestAProgramDiesByItsOwnWord(t *testing.T) {
	l, h := working(t, "tcp:0.0.0.0:9000")
	h.Program.Dies = "at work"
	if err := l.agent.SetHost(t.Context(), h); err != nil {
		t.Fatal(err)
	}
	l.agent.Ask(t.Context(), agent.Ask{From: agent.Prober(0), To: netip.AddrPortFrom(agent.HostAddr(0), 9000), Patience: time.Second})
	for began := time.Now(); ; { // nobody announces it
		if v, _ := l.host(t); v.Exit == "signal: killed" {
			return
		}
		if time.Since(began) > patience {
			t.Fatal("it lives")
		}
	}
}

// The program makes its socket itself, and one that is dead leaves it behind to the next.
func TestAProgramListensAtAUnixSocket(t *testing.T) {
	l, h := working(t, "unix:"+agent.SocketFile(0), "/run/app.sock")
	h.Socket = "/run/app.sock"
	for range 2 {
		if err := l.agent.SetHost(t.Context(), h); err != nil {
			t.Fatal(err)
		}
		if v, said := l.host(t); v.Queue != 0 || !strings.HasSuffix(said, "ready") {
			t.Errorf("%d wait, and it said %q", v.Queue, said)
		}
	}
}

func TestAProgramThatEndsSaysWhy(t *testing.T) {
	l, h := working(t, "tcp:203.0.113.1:1")
	err := l.agent.SetHost(t.Context(), h)
	if err == nil || !strings.Contains(err.Error(), "ended at once: exit status 1") || !strings.Contains(err.Error(), "cannot assign requested address") {
		t.Errorf("it is %v", err)
	}
}

func TestALabRunsNoOtherPackages(t *testing.T) {
	php := harness.Application{Packages: []string{"php-fpm"}, Program: "/usr/sbin/php-fpm*"}
	_, err := root.program(applications{}, php, false)
	if err == nil || !strings.Contains(err.Error(), "opened without /usr/sbin/php-fpm* of php-fpm") || harness.BlameOf(err) != harness.Usage {
		t.Errorf("it is %v", err)
	}
}
