package server

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

func TestAKilledProcessIsGoneAndItsKernelRefuses(t *testing.T) {
	l := newLab(t, 1)
	alive := agent.Host{Script: script.Healthy.String(), Process: agent.Running}
	killed := alive
	killed.Process = agent.Killed
	for round := range 3 {
		l.set(alive)
		if saw, ok := l.served(); !ok {
			t.Fatalf("round %d: a running process gives %s", round, saw)
		}
		pids := children(t, l.cmd.Process.Pid)
		if len(pids) != 1 || !lives(pids[0]) {
			t.Fatalf("round %d: the agent has the children %v", round, pids)
		}
		before := l.host()
		l.set(killed)
		if lives(pids[0]) {
			t.Fatalf("round %d: process %d lives on", round, pids[0])
		}
		if _, err := l.try(host0, patience); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Fatalf("round %d: connecting to a killed process: %v", round, err)
		}
		after := l.host()
		if after.Exit != "signal: killed" || after.State != "" || after.Resets != before.Resets+1 {
			t.Fatalf("round %d: the kernel shows %+v after %+v", round, after, before)
		}
	}
}

func TestAFrozenProcessIsAcceptedForByItsKernel(t *testing.T) {
	l := newLab(t, 1)
	h := agent.Host{Script: script.Healthy.String(), Process: agent.Running}
	l.set(h)
	if v := l.host(); v.State == "T" || v.State == "" || v.Queue != 0 || v.Exit != "" {
		t.Fatalf("a running process: %+v", v)
	}
	h.Process = agent.Frozen
	l.set(h)
	c := l.say()
	if got, end := hearSoon(c); got != "" || end != "silence" {
		t.Errorf("a frozen process gave %q, then %s", got, end)
	}
	if v := l.host(); v.State != "T" || v.Queue != 1 || v.Exit != "" {
		t.Errorf("a frozen process with one connection: %+v", v)
	}
	h.Process = agent.Running
	l.set(h)
	if v := l.host(); v.Queue != 0 {
		t.Errorf("a revived process: %+v", v)
	}
	if saw, ok := l.served(); !ok {
		t.Errorf("a revived process gives %s", saw)
	}
}

func TestAFrozenProcessCanBeKilled(t *testing.T) {
	l := newLab(t, 1)
	h := agent.Host{Script: "serve", Process: agent.Running}
	for _, h.Process = range []agent.ProcessState{agent.Running, agent.Frozen, agent.Killed} {
		l.set(h)
	}
	if v := l.host(); v.Exit != "signal: killed" {
		t.Errorf("the kernel shows %+v", v)
	}
}

func TestAProcessDiesOfItsScript(t *testing.T) {
	l := newLab(t, 1)
	for range 15 { // the peer's news is often faster than the agent's, and not always
		since := l.look().At
		l.set(agent.Host{Script: "read-request; die", Process: agent.Running})
		if got, end := l.talk(hear); got != "" || end == "silence" {
			t.Fatalf("the peer of a dying process saw %q, then %s", got, end)
		}
		v, err := l.Look(t.Context(), agent.Look{Hosts: []int{0}, Since: since})
		if err != nil {
			t.Fatal(err)
		}
		if v.Hosts[0].Exit != "signal: killed" || !event(v, agent.Began, "die") {
			t.Fatalf("after a death the kernel shows %+v, the history %+v", v.Hosts[0], v.Events)
		}
		exited := v.Events[len(v.Events)-1]
		if exited.Kind != agent.Exited || exited.Text != "signal: killed" {
			t.Fatalf("the history does not end with the exit: %+v", v.Events)
		}
	}
}

func TestAProcessWorks(t *testing.T) {
	l := newLab(t, 1)
	l.set(agent.Host{Script: `read-request; work 50ms; write "done"; close`, Process: agent.Running})
	began := time.Now()
	if got, end := l.talk(hear); got != "done" || end != "fin" {
		t.Errorf("in the end it answered %q, then %s", got, end)
	}
	if took := time.Since(began); took < 50*time.Millisecond {
		t.Errorf("it was done after %v", took)
	}
	if n := l.look().Hosts[0].Throttled; n != 0 {
		t.Errorf("it was throttled %d times", n)
	}
}

// What takes 20 ms of a core takes ten periods of 100 ms in which it has 2 ms of one; a machine
// that is late with taking the core away gives it more. Between two periods in which it wanted
// one it was stopped.
func TestAProcessIsThrottled(t *testing.T) {
	l := newLab(t, 1)
	l.set(agent.Host{Script: `read-request; work 20ms; write "done"; close`, Process: agent.Running, Throttled: true})
	began := time.Now()
	if got, end := l.talk(hear); got != "done" || end != "fin" {
		t.Errorf("in the end it answered %q, then %s", got, end)
	}
	n := l.look().Hosts[0].Throttled
	if took := time.Since(began); n < 2 || took < time.Duration(n-1)*98*time.Millisecond {
		t.Errorf("it was done after %v, throttled in %d periods", took, n)
	}
	l.set(agent.Host{Script: "serve"})
	if saw, ok := l.served(); !ok {
		t.Errorf("healed, it gives %s", saw)
	}
}

func TestAProcessWithoutDescriptorsDoesNotAccept(t *testing.T) {
	l := newLab(t, 1)
	l.set(agent.Host{Script: "read-request; hold", Process: agent.Running, Descriptors: 2, Crowd: 2})
	c := l.say()
	v := l.until("accept(2) failed", func(v agent.View) bool {
		return slices.ContainsFunc(v.Events, func(e agent.Event) bool {
			return e.Kind == agent.Trouble && strings.Contains(e.Text, "too many open files")
		})
	})
	if v.Hosts[0].Queue != 1 || event(v, agent.Accepted, "") {
		t.Errorf("the connection was accepted: %+v", v)
	}
	if got, end := hearSoon(c); got != "" || end != "silence" {
		t.Errorf("the peer saw %q, then %s", got, end)
	}
	l.set(agent.Host{Script: "serve"})
	if saw, ok := l.served(); !ok {
		t.Errorf("healed, it gives %s", saw)
	}
}

func TestAFullBacklogDropsSYNs(t *testing.T) {
	l := newLab(t, 1)
	l.set(agent.Host{Script: "serve", Backlog: 4, Workers: agent.NoWorkers, Crowd: 5})
	if v := l.host(); v.Queue != 5 || v.Dropped != 0 || v.Attempts != 0 {
		t.Fatalf("before the gateway comes: %+v", v)
	}
	if _, err := l.try(host0, 4*silence); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("connecting to a full backlog: %v", err)
	}
	if v := l.host(); v.Queue != 5 || v.Dropped < 1 || v.Attempts != 1 || v.Resets != 0 {
		t.Errorf("after the gateway came: %+v", v)
	}
	l.set(agent.Host{Script: "serve"})
	if saw, ok := l.served(); !ok {
		t.Errorf("healed, it gives %s", saw)
	}
}

func TestACrowdKeepsAllWorkersBusy(t *testing.T) {
	l := newLab(t, 1)
	l.set(agent.Host{Script: "read-request; hold", Workers: 2, Crowd: 2})
	if v := l.look(); v.Hosts[0].Queue != 0 || v.Hosts[0].Attempts != 0 {
		t.Fatalf("the crowd is not with the workers: %+v", v.Hosts[0])
	}
	c := l.say()
	if got, end := hearSoon(c); got != "" || end != "silence" {
		t.Errorf("the peer saw %q, then %s", got, end)
	}
	if v := l.look(); v.Hosts[0].Queue != 1 || event(v, agent.Accepted, "") {
		t.Errorf("a worker was free: %+v", v)
	}
	// With one worker more it is served.
	l.set(agent.Host{Script: "read-request; hold", Workers: 3, Crowd: 2})
	l.say()
	l.until("the free worker read the request", func(v agent.View) bool { return event(v, agent.Request, "") })
}

func TestAWorkerServesOneAfterTheOther(t *testing.T) {
	l := newLab(t, 1)
	l.set(agent.Host{Script: "serve", Workers: 1})
	first, second := l.say(), l.say()
	l.until("the second waits", func(v agent.View) bool { return v.Hosts[0].Queue == 1 })
	if r, end := agent.ReadResponse(first, "GET"); r.Status != 200 {
		t.Fatalf("the first got %d, %s", r.Status, end)
	}
	first.Close()
	if r, end := agent.ReadResponse(second, "GET"); r.Status != 200 {
		t.Errorf("the second got %d, %s after the first had left", r.Status, end)
	}
}

func TestAHostMovesAndComesBack(t *testing.T) {
	l := newLab(t, 1)
	l.set(agent.Host{Script: "serve"})
	if saw, ok := l.served(); !ok { // so that the gateway's kernel knows the neighbour
		t.Fatalf("at home it gives %s", saw)
	}
	moved := netip.AddrPortFrom(agent.MovedAddr(0), agent.HostPort)
	for round := range 3 {
		l.set(agent.Host{Script: "serve", Addr: moved.Addr()})
		if _, err := l.try(host0, 2*silence); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("round %d: connecting to where it was: %v", round, err)
		}
		if state := l.host().Neighbours[host0.Addr().String()]; state != "incomplete" && state != "failed" {
			t.Fatalf("round %d: the neighbour where it was is %q", round, state)
		}
		if _, err := l.try(moved, patience); err != nil {
			t.Fatalf("round %d: connecting to where it is: %v", round, err)
		}
		home := agent.Host{Script: "serve"}
		if round == 1 {
			home.Addr = agent.HostAddr(0) // says the same as none
		}
		l.set(home)
		if saw, ok := l.served(); !ok {
			t.Fatalf("round %d: home again it gives %s", round, saw)
		}
		if _, err := l.try(netip.AddrPortFrom(agent.IdleAddr(0), agent.HostPort), patience); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Fatalf("round %d: its idle address did not survive: %v", round, err)
		}
	}
}

func TestAHostListensWhereItIsTold(t *testing.T) {
	l := newLab(t, 1)
	l.set(agent.Host{Script: "serve", Port: 81})
	if _, err := l.try(netip.AddrPortFrom(agent.HostAddr(0), 81), patience); err != nil {
		t.Errorf("port 81: %v", err)
	}
	if _, err := l.try(host0, patience); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("the usual port: %v", err)
	}
	l.set(agent.Host{})
	if _, err := l.try(netip.AddrPortFrom(agent.HostAddr(0), 81), patience); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("without a script: %v", err)
	}
}

func TestTheLedgerCountsConnectionsAndNotPackets(t *testing.T) {
	l := newLab(t, 2)
	// Read first: data that comes while it resets is answered with a second RST, which on
	// another core may be counted before the set knows of the first.
	l.set(agent.Host{Script: "1 x read-request; reset, then serve"})
	l.talk(hear)
	if v := l.host(); v.Attempts != 1 || v.Resets != 1 {
		t.Errorf("after a reset: %+v", v)
	}
	l.served()
	if v := l.host(); v.Attempts != 2 || v.Resets != 1 {
		t.Errorf("after a page: %+v", v)
	}
	if _, err := l.try(netip.AddrPortFrom(agent.IdleAddr(0), 1), patience); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Fatal(err)
	}
	if v := l.host(); v.Attempts != 3 || v.Resets != 2 {
		t.Errorf("after a refusal: %+v", v)
	}
	// The agent's own questions do not count, nor does another host.
	if err := l.Reach(t.Context(), agent.Reach{To: host0, For: patience}); err != nil {
		t.Fatal(err)
	}
	l.try(netip.AddrPortFrom(agent.HostAddr(1), 1), patience)
	if v := l.host(); v.Attempts != 3 || v.Resets != 2 {
		t.Errorf("after what is not the gateway's: %+v", v)
	}
	// A SYN that is sent again is met twice by the firewall, and is one attempt.
	l.rules(agent.Rule{Where: agent.Arriving, SYNOnly: true, Action: agent.Drop})
	began := make(chan error, 1)
	go func() {
		_, err := l.near.dial(waits(t, patience), netip.Addr{}, host0)
		began <- err
	}()
	l.until("the SYN is sent again", func(v agent.View) bool { return v.Rules[0] >= 2 })
	l.rules()
	if err := <-began; err != nil {
		t.Errorf("the third SYN: %v", err)
	}
	if v := l.host(); v.Attempts != 4 {
		t.Errorf("after a SYN that was sent again: %+v", v)
	}
}

// A gateway's kernel uses a port again once the connection that had it is over.
func TestTheLedgerCountsAPortThatIsUsedAgain(t *testing.T) {
	l := newLab(t, 1)
	l.set(agent.Host{Script: "read-request; reset"}) // which leaves nothing of the connection
	const port, times = 41000, 3
	for range times {
		fd := -1
		err := l.near.do(func() (err error) {
			if fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0); err != nil {
				return err
			}
			return errors.Join(unix.Bind(fd, &unix.SockaddrInet4{Port: port}), unix.Connect(fd, &unix.SockaddrInet4{Addr: host0.Addr().As4(), Port: int(host0.Port())}))
		})
		c := os.NewFile(uintptr(fd), "connection")
		if err == nil {
			_, err = io.WriteString(c, request)
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(c); !errors.Is(err, syscall.ECONNRESET) {
			t.Fatalf("it ended with %v", err)
		}
		c.Close()
	}
	if v := l.host(); v.Attempts != times {
		t.Errorf("%d connections from one port are counted as %d", times, v.Attempts)
	}
}

func TestReachGoesPastTheGateway(t *testing.T) {
	l := newLab(t, 1)
	err := l.Reach(t.Context(), agent.Reach{To: host0, For: silence})
	if err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("reaching for nobody: %v", err)
	}
	l.set(agent.Host{Script: `read-request; write "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"; close`})
	err = l.Reach(t.Context(), agent.Reach{To: host0, For: silence})
	if err == nil || !strings.Contains(err.Error(), "it answers 500") {
		t.Errorf("reaching for an error: %v", err)
	}
	l.set(agent.Host{Script: "serve"})
	if err := l.Reach(t.Context(), agent.Reach{To: host0, For: patience}); err != nil {
		t.Error(err)
	}
}

// A client sees what a gateway does, whatever that is.
func TestAClientSeesTheGateway(t *testing.T) {
	l := newLab(t, 1)
	front := netip.AddrPortFrom(agent.Front, agent.FrontPort)
	ask := agent.Ask{From: agent.Visitor(0), To: front, Method: "GET", Request: []byte(request), Patience: patience}
	x, err := l.Ask(t.Context(), ask)
	if err != nil || x.End != agent.EndRefused || x.Err != "connection refused" {
		t.Fatalf("without a gateway: %+v, %v", x, err)
	}
	gateway, err := l.near.listen(front, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer gateway.Close()
	lost := ask
	lost.To, lost.Patience = netip.MustParseAddrPort("198.19.200.200:80"), silence // nobody lives there
	if x, err := l.Ask(t.Context(), lost); err != nil || x.End != agent.EndPatience || x.Ended < silence {
		t.Errorf("asking nobody: %+v, %v", x, err)
	}
	for name, c := range map[string]struct {
		answer string
		reset  bool
		quiet  bool
		end    agent.End
		status int
	}{
		"whole":   {answer: "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\nno", end: agent.EndComplete, status: 502},
		"by FIN":  {answer: "HTTP/1.1 200 OK\r\n\r\nyes", end: agent.EndFIN, status: 200},
		"reset":   {reset: true, end: agent.EndReset},
		"nothing": {quiet: true, end: agent.EndPatience},
	} {
		t.Run(name, func(t *testing.T) {
			ask := ask
			if c.quiet {
				ask.Patience = silence
			}
			peer := make(chan netip.Addr, 1)
			done := make(chan struct{})
			go func() {
				conn, err := gateway.AcceptTCP()
				if err != nil {
					peer <- netip.Addr{}
					return
				}
				defer conn.Close()
				io.ReadFull(conn, make([]byte, len(request)))
				io.WriteString(conn, c.answer)
				if c.reset {
					conn.SetLinger(0)
				}
				peer <- conn.RemoteAddr().(*net.TCPAddr).AddrPort().Addr()
				if c.quiet {
					<-done
				}
			}()
			x, err := l.Ask(t.Context(), ask)
			close(done)
			if err != nil || x.End != c.end || x.Response.Status != c.status {
				t.Errorf("the client saw %+v, %v; want %d, %s", x, err, c.status, c.end)
			}
			if came := x.FirstByte > 0; came != (c.answer != "") || x.FirstByte > x.Ended {
				t.Errorf("the first byte came after %v of %v", x.FirstByte, x.Ended)
			}
			if c.quiet && x.Ended < silence {
				t.Errorf("its patience of %v was over after %v", silence, x.Ended)
			}
			if from := <-peer; from != agent.Visitor(0) {
				t.Errorf("the gateway was asked by %v", from)
			}
		})
	}
}

// What listens is the gateway only on its port, and at an address that its clients ask.
func TestTheGatewayIsHeardWhenItListens(t *testing.T) {
	l := newLab(t, 1)
	soon, cancel := context.WithTimeout(t.Context(), silence)
	defer cancel()
	for _, at := range []string{"198.19.255.254:81", "127.0.0.1:80"} {
		other, err := l.near.listen(netip.MustParseAddrPort(at), 0)
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
	}
	if err := l.Listening(soon, netip.AddrPortFrom(agent.Front, agent.FrontPort)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("with listeners elsewhere: %v", err)
	}
	for _, at := range []string{"198.19.255.254:80", "[::]:80"} {
		heard := make(chan error, 1)
		go func() { heard <- l.Listening(t.Context(), netip.AddrPortFrom(agent.Front, agent.FrontPort)) }()
		var gateway net.Listener
		err := l.near.do(func() (err error) {
			gateway, err = net.Listen(map[bool]string{true: "tcp6", false: "tcp4"}[at[0] == '['], at)
			return err
		})
		if at[0] == '[' && errors.Is(err, syscall.EAFNOSUPPORT) {
			continue // a kernel without IPv6
		}
		if err != nil {
			t.Fatalf("listening on %s: %v", at, err)
		}
		if err := <-heard; err != nil {
			t.Errorf("a gateway on %s: %v", at, err)
		}
		gateway.Close()
	}
}
