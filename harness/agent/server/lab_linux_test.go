package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
)

// patience bounds every wait for something that has to come: far more than it needs.
// silence is how long it is listened for something that must not come.
const (
	patience = 10 * time.Second
	silence  = 50 * time.Millisecond
)

// forbidden is why there can be no lab on this machine, nil where there can.
var forbidden error

// program is what is started as the agent.
var program = "/proc/self/exe"

// TestMain lets the test binary be the agent and its children too. Whoever is not root
// runs the tests in a user namespace, where they are.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "agent" || os.Args[1] == "upstream") {
		os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	if os.Geteuid() != 0 {
		code, err := asRoot()
		if err == nil {
			os.Exit(code)
		}
		forbidden = err
	}
	if os.Getenv(rootVariable) != "" { // its network has nothing yet
		if lo, err := netlink.LinkByName("lo"); err == nil {
			netlink.LinkSetUp(lo)
		}
	}
	clean := func() {}
	if _, _, errno := syscall.AllThreadsSyscall(unix.SYS_GETPID, 0, 0, 0); errno == unix.ENOTSUP && forbidden == nil {
		clean, forbidden = withoutCgo()
	}
	code := m.Run()
	clean()
	os.Exit(code)
}

// withoutCgo makes the program anew without cgo, as the agent always is made: with it
// (the race detector needs it) no process can give up privileges for all its threads.
func withoutCgo() (clean func(), err error) {
	dir, err := os.MkdirTemp("", "badgateway-agent-")
	if err != nil {
		return func() {}, err
	}
	clean = func() { os.RemoveAll(dir) }
	program = filepath.Join(dir, "agent.test")
	build := exec.Command("go", "test", "-c", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		return clean, fmt.Errorf("making an agent without cgo: %w: %s", err, said)
	}
	return clean, nil
}

// rootVariable says that the tests run in a user namespace of their own.
const rootVariable = "BADGATEWAY_TEST_ROOT"

// asRoot runs the tests once more in a user namespace.
func asRoot() (code int, err error) {
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), rootVariable+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNET, // who leaves a namespace must own it to come back
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		return 0, err
	}
	return cmd.ProcessState.ExitCode(), nil
}

// testLab is an agent in namespaces of its own. near is a thread on its near side,
// where a gateway would be.
type testLab struct {
	*agent.Client
	t     *testing.T
	cmd   *exec.Cmd
	near  *space
	built agent.Built
	ended chan struct{} // closed once the agent was waited for
}

// newLab starts an agent and lets it build a world.
func newLab(t *testing.T, hosts int) *testLab {
	t.Helper()
	l := startAgent(t)
	built, err := l.Build(t.Context(), agent.Build{Hosts: hosts, Bays: hosts, Still: true})
	if err != nil {
		t.Fatalf("building the world: %v", err)
	}
	l.built = built
	return l
}

func startAgent(t *testing.T) *testLab {
	t.Helper()
	l, in, out := launch(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var err error
	if l.Client, err = agent.NewClient(ctx, out, in); err != nil {
		t.Fatalf("greeting the agent: %v", err)
	}
	if l.near, err = spaceOf(l.cmd.Process.Pid); err != nil {
		t.Fatalf("entering the agent's namespace: %v", err)
	}
	t.Cleanup(func() { close(l.near.calls) })
	return l
}

// launch starts an agent in namespaces of its own, with the two ends of its wire.
func launch(t *testing.T) (l *testLab, in io.WriteCloser, out io.Reader) {
	t.Helper()
	l = &testLab{t: t, ended: make(chan struct{})}
	l.cmd = exec.Command(program, "agent")
	l.cmd.Stderr = os.Stderr
	l.cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNET | unix.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	in, err := l.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	outs, outEnd, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	l.cmd.Stdout = outEnd
	if forbidden == nil {
		forbidden = l.cmd.Start()
	}
	outEnd.Close()
	needLab(t)
	go func() { l.cmd.Wait(); close(l.ended) }()
	t.Cleanup(func() {
		l.cmd.Process.Kill()
		<-l.ended
		outs.Close()
	})
	return l, in, outs
}

// needLab skips a test where there can be no lab, loudly, and fails it in CI.
func needLab(t *testing.T) {
	t.Helper()
	switch {
	case forbidden == nil:
	case os.Getenv("CI") != "":
		t.Fatalf("there can be no lab on this machine, and in CI that must not be: %v", forbidden)
	default:
		t.Skipf("NOTHING OF THE KERNEL IS TESTED: there can be no lab on this machine: %v", forbidden)
	}
}

// spaceOf is the network namespace of a process.
func spaceOf(pid int) (*space, error) {
	return newSpace(func() error {
		fd, err := unix.Open(fmt.Sprintf("/proc/%d/ns/net", pid), unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			return err
		}
		defer unix.Close(fd)
		return unix.Setns(fd, unix.CLONE_NEWNET)
	})
}

// set orders a host into a condition.
func (l *testLab) set(h agent.Host) {
	l.t.Helper()
	if err := l.SetHost(l.t.Context(), h); err != nil {
		l.t.Fatalf("ordering %+v: %v", h, err)
	}
}

func (l *testLab) rules(r ...agent.Rule) {
	l.t.Helper()
	if err := l.SetRules(l.t.Context(), agent.Rules{Rules: r}); err != nil {
		l.t.Fatalf("ordering the rules %+v: %v", r, err)
	}
}

// look takes in host 0 and the rules of bay 0, with all events.
func (l *testLab) look() agent.View {
	l.t.Helper()
	v, err := l.Look(l.t.Context(), agent.Look{Hosts: []int{0}, Names: []string{"app.test"}})
	if err != nil {
		l.t.Fatalf("looking: %v", err)
	}
	return v
}

func (l *testLab) host() agent.HostView { l.t.Helper(); return l.look().Hosts[0] }

// until looks again and again until what it sees is what is waited for.
func (l *testLab) until(what string, holds func(agent.View) bool) agent.View {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(l.t.Context(), patience)
	defer cancel()
	var last agent.View
	err := until(ctx, func() (bool, error) {
		last = l.look()
		return holds(last), nil
	})
	if err != nil {
		l.t.Fatalf("waiting until %s: %v; last seen: %+v", what, err, last)
	}
	return last
}

// event says whether a view has an event of that kind of a connection of the near side.
func event(v agent.View, kind agent.Kind, verb string) bool {
	return slices.ContainsFunc(v.Events, func(e agent.Event) bool {
		return e.Kind == kind && e.Verb == verb && e.Peer == agent.NearAddr(e.Host)
	})
}

var host0 = netip.AddrPortFrom(agent.HostAddr(0), agent.HostPort)

// try connects from the near side.
func (l *testLab) try(to netip.AddrPort, within time.Duration) (*net.TCPConn, error) {
	c, err := l.near.dial(waits(l.t, within), netip.Addr{}, to)
	if err == nil {
		l.t.Cleanup(func() { c.Close() })
		c.SetDeadline(time.Now().Add(patience))
	}
	return c, err
}

// dial connects from the near side to host 0.
func (l *testLab) dial() *net.TCPConn {
	l.t.Helper()
	c, err := l.try(host0, patience)
	if err != nil {
		l.t.Fatalf("connecting to host 0: %v", err)
	}
	return c
}

const request = "GET /here HTTP/1.1\r\nHost: app.test\r\n\r\n"

// say connects to host 0 and sends a request.
func (l *testLab) say() *net.TCPConn {
	l.t.Helper()
	c := l.dial()
	if _, err := io.WriteString(c, request); err != nil {
		l.t.Fatalf("sending a request: %v", err)
	}
	return c
}

// talk is say and then listening. An upstream that resets may do it at any time.
func (l *testLab) talk(listen func(net.Conn) (got, end string)) (got, end string) {
	l.t.Helper()
	c, err := l.try(host0, patience)
	if err == nil {
		_, err = io.WriteString(c, request)
	}
	if errors.Is(err, syscall.ECONNRESET) {
		return "", "reset"
	}
	if err != nil {
		l.t.Fatalf("talking to host 0: %v", err)
	}
	return listen(c)
}

// hear reads to the end and names it: "fin", "reset" or what else the error is.
func hear(c net.Conn) (got, end string) {
	b, err := io.ReadAll(c)
	switch {
	case err == nil:
		return string(b), "fin"
	case errors.Is(err, syscall.ECONNRESET):
		return string(b), "reset"
	case errors.Is(err, os.ErrDeadlineExceeded):
		return string(b), "silence"
	}
	return string(b), err.Error()
}

// hearSoon is hear for what has to stay open.
func hearSoon(c net.Conn) (got, end string) {
	c.SetReadDeadline(time.Now().Add(silence))
	defer c.SetReadDeadline(time.Now().Add(patience))
	return hear(c)
}

// served says whether host 0 gives its page to one connection.
func (l *testLab) served() (string, bool) {
	l.t.Helper()
	c, err := l.try(host0, patience)
	if err != nil {
		return err.Error(), false
	}
	fmt.Fprintf(c, "GET / HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n")
	r, end := agent.ReadResponse(c, "GET")
	return fmt.Sprintf("%d, %s", r.Status, end), r.Status == 200 && r.Whole
}

// children are the processes that a process started.
func children(t *testing.T, pid int) (found []int) {
	t.Helper()
	lists, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	if err != nil || len(lists) == 0 {
		t.Fatalf("no list of the children of %d: %v", pid, err)
	}
	for _, list := range lists {
		text, _ := os.ReadFile(list) // a thread may just have ended
		for _, word := range strings.Fields(string(text)) {
			child, err := strconv.Atoi(word)
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, child)
		}
	}
	return found
}

// lives says whether there is such a process.
func lives(pid int) bool { return syscall.Kill(pid, 0) == nil }

// waits is a context that ends when so much time is over.
func waits(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}
