package server

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
)

// newWiredLab is a lab of one host whose link can delay.
func newWiredLab(t *testing.T) *testLab {
	t.Helper()
	l := startAgent(t)
	built, err := l.Build(t.Context(), agent.Build{Hosts: 1, Bays: 1, Still: true, Wired: []int{0}})
	if err != nil && os.Getenv("CI") == "" && strings.Contains(err.Error(), "no link can delay here") {
		t.Skipf("NO LINK THAT DELAYS IS TESTED: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	l.built = built
	return l
}

func (l *testLab) link(link agent.Link) {
	l.t.Helper()
	if err := l.SetLink(l.t.Context(), link); err != nil {
		l.t.Fatalf("ordering %+v: %v", link, err)
	}
}

func (l *testLab) well(when string) {
	l.t.Helper()
	if saw, ok := l.served(); !ok {
		l.t.Errorf("%s the host gives %s", when, saw)
	}
}

// Both kinds of link can be cut, and are whole again when the order says so.
func TestALinkThatIsDown(t *testing.T) {
	for name, lab := range map[string]func(*testing.T) *testLab{
		"veth": func(t *testing.T) *testLab { return newLab(t, 2) }, "wired": newWiredLab,
	} {
		t.Run(name, func(t *testing.T) {
			l := lab(t)
			l.set(agent.Host{Script: "serve"})
			l.well("before")
			for range 2 {
				l.link(agent.Link{Down: true})
				if s := l.host().Link.State; s != "lower-layer-down" && s != "down" {
					t.Errorf("the gateway's end is %q", s)
				}
				if _, err := l.try(host0, 2*silence); !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("connecting gives %v", err)
				}
				if v := l.host(); v.Neighbours[host0.Addr().String()] != "incomplete" || v.Attempts > 2 {
					t.Errorf("of a host that nobody can reach is seen %+v", v)
				}
				l.link(agent.Link{})
				l.well("after it")
				l.link(agent.Link{Rate: 1 << 20}) // so that it is looked at
				if s := l.host().Link.State; s != "up" && s != "unknown" {
					t.Errorf("after it the gateway's end is %q", s)
				}
			}
		})
	}
}

func TestOneLinkIsDownAndNoOther(t *testing.T) {
	l := newLab(t, 2)
	l.set(agent.Host{Index: 1, Script: "serve"})
	l.link(agent.Link{Down: true})
	if c, err := l.try(netip.AddrPortFrom(agent.HostAddr(1), agent.HostPort), patience); err != nil {
		t.Errorf("another host: %v", err)
	} else {
		c.Close()
	}
}

func TestARateIsKept(t *testing.T) {
	const rate, all = 256 << 10, 64 << 10
	for name, lab := range map[string]func(*testing.T) *testLab{
		"veth": func(t *testing.T) *testLab { return newLab(t, 1) }, "wired": newWiredLab,
	} {
		t.Run(name, func(t *testing.T) {
			l := lab(t)
			l.set(agent.Host{Script: fmt.Sprintf(`read-request; write "x" x %d; close`, all)})
			l.link(agent.Link{Rate: rate})
			if v := l.host().Link; v.Overlimits != 0 || v.Dropped != 0 {
				t.Errorf("a new queue shows %+v", v)
			}
			began := time.Now()
			if got, end := hear(l.say()); len(got) != all || end != "fin" {
				t.Fatalf("%d bytes came, then %s", len(got), end)
			}
			// Less the burst, which may pass at once.
			if took, want := time.Since(began), time.Second*(all-8<<10)/rate; took < want {
				t.Errorf("it took %v, less than %v", took, want)
			}
			if v := l.host().Link; v.Overlimits == 0 || v.Passed < all {
				t.Errorf("the queue says %+v", v)
			}
			l.link(agent.Link{})
			if v := l.host().Link; v.Passed != 0 {
				t.Errorf("without a queue is seen %+v", v)
			}
			if got, _ := hear(l.say()); len(got) != all {
				t.Errorf("after it %d bytes came", len(got))
			}
		})
	}
}

// A connection takes three ways, an answer two more.
func TestADelayIsThereAndGone(t *testing.T) {
	const each = 40 * time.Millisecond
	l := newWiredLab(t)
	l.set(agent.Host{Script: "serve"})
	l.well("before")
	for _, link := range []agent.Link{{Delay: each}, {Delay: each, Jitter: each / 2, Seed: 7}} {
		l.link(link)
		before := l.look()
		began := time.Now()
		c := l.dial()
		if took := time.Since(began); took < 2*each {
			t.Errorf("the connection took %v with %+v", took, link)
		}
		fmt.Fprint(c, "GET / HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n")
		if r, end := agent.ReadResponse(c, "GET"); r.Status != 200 || !r.Whole {
			t.Errorf("through it came %d, %s", r.Status, end)
		}
		if took := time.Since(began); took < 4*each {
			t.Errorf("the answer took %v with %+v", took, link)
		}
		v := l.look()
		if n := v.Hosts[0].Link.Delayed - before.Hosts[0].Link.Delayed; n < 2 { // the kernel counts all frames
			t.Errorf("%d SYNs were held back", n)
		}
		l.link(agent.Link{Rate: 1 << 30}) // healthy, and looked at
		late := l.host().Link.Delayed
		began = time.Now()
		l.well("after it")
		if took := time.Since(began); took > each {
			t.Errorf("after it the answer took %v", took)
		}
		if now := l.host().Link.Delayed; now != late {
			t.Errorf("after it %d SYNs were held back", now-late)
		}
	}
}

// What is on its way when the next order comes is lost, and delays nobody.
func TestTheNextOrderEndsADelay(t *testing.T) {
	l := newWiredLab(t)
	l.set(agent.Host{Script: "serve"})
	l.well("before")
	before := l.host()
	l.link(agent.Link{Delay: agent.LatestFrame})
	if _, err := l.try(host0, silence); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("within a minute: %v", err)
	}
	if n := l.host().Link.Delayed; n < 1 {
		t.Errorf("%d SYNs were held back", n)
	}
	l.link(agent.Link{})
	l.well("after it")
	if v := l.host(); v.Attempts != before.Attempts+1 {
		t.Errorf("of what was on its way something came: %+v, before that %+v", v, before)
	}
}

func TestAWireNeedsNoFurtherCapability(t *testing.T) {
	l := newWiredLab(t)
	if want := uint64(1<<unix.CAP_NET_ADMIN | 1<<unix.CAP_NET_BIND_SERVICE | 1<<unix.CAP_KILL); l.built.Capabilities != want {
		t.Errorf("the agent holds %#x, want %#x", l.built.Capabilities, want)
	}
}

func TestAGoneHostIsLookedForInVain(t *testing.T) {
	l := newLab(t, 1)
	l.set(agent.Host{Script: "serve"})
	l.well("before")
	for range 2 {
		l.set(agent.Host{Script: "serve", Gone: true})
		if _, err := l.try(host0, 2*silence); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("connecting gives %v", err)
		}
		if v := l.host(); v.Neighbours[host0.Addr().String()] != "incomplete" {
			t.Errorf("its neighbours are %v", v.Neighbours)
		}
		l.set(agent.Host{Script: "serve"})
		l.well("after it")
	}
	l.set(agent.Host{Script: "serve", Gone: true}) // and from there to elsewhere, and back
	l.set(agent.Host{Script: "serve", Addr: agent.MovedAddr(0)})
	if c, err := l.try(netip.AddrPortFrom(agent.MovedAddr(0), agent.HostPort), patience); err != nil {
		t.Errorf("where it moved to: %v", err)
	} else {
		c.Close()
	}
	l.set(agent.Host{Script: "serve"})
	l.well("back home")
}

func TestEachRouteGivesItsErrno(t *testing.T) {
	l := newLab(t, 2)
	l.set(agent.Host{Script: "serve"})
	l.set(agent.Host{Index: 1, Script: "serve"})
	route := func(k agent.RouteKind) {
		t.Helper()
		if err := l.SetRoute(t.Context(), agent.Route{Kind: k}); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		kind    agent.RouteKind
		want    error
		lookUp  string
		counted uint64
	}{
		{agent.NoRoute, syscall.ENETUNREACH, "ENETUNREACH", 1}, {agent.Prohibited, syscall.EACCES, "EACCES", 0},
	} {
		route(agent.NoRoute)
		route(c.kind) // in place of another one
		before := l.look()
		if _, err := l.try(host0, patience); !errors.Is(err, c.want) {
			t.Errorf("%s: connecting gives %v", c.kind, err)
		}
		v := l.look()
		// A last packet of a connection from before may be counted too.
		if v.Hosts[0].Route != c.lookUp || v.NoRoutes-before.NoRoutes < c.counted || v.Hosts[0].Attempts != before.Hosts[0].Attempts {
			t.Errorf("%s: seen is %+v, before that %+v", c.kind, v, before)
		}
		if c, err := l.try(netip.AddrPortFrom(agent.HostAddr(1), agent.HostPort), patience); err != nil {
			t.Errorf("another host: %v", err)
		} else {
			c.Close()
		}
		route(agent.Routed)
		route(agent.Routed)
		l.well("after it")
		if v := l.host(); v.Route != "" {
			t.Errorf("after it a look for a route gives %s", v.Route)
		}
	}
}

// The same packets by number are lost every time.
// What is left of older connections is neither lost nor counted: it would move the
// numbers of those that are.
func TestALossSparesOlderConnections(t *testing.T) {
	l := newLab(t, 1)
	l.set(agent.Host{Script: "serve"})
	older, err := l.try(host0, patience)
	if err != nil {
		t.Fatal(err)
	}
	defer older.Close()
	l.rules(agent.Rule{Where: agent.Arriving, Action: agent.Drop, Loss: agent.Loss{Of: 1, Lost: 1}})
	if _, err := io.WriteString(older, request); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, len("HTTP/1.1 200 OK"))
	if _, err := io.ReadFull(older, answer); err != nil || string(answer) != "HTTP/1.1 200 OK" {
		t.Errorf("an older connection got %q, %v", answer, err)
	}
	if n := l.look().Rules[0]; n != 0 {
		t.Errorf("the rule met %d packets of it", n)
	}
	if c, err := l.try(host0, silence); err == nil {
		c.Close()
		t.Error("a new connection loses nothing")
	}
	if n := l.look().Rules[0]; n < 1 {
		t.Error("the rule met nothing of a new connection")
	}
}

// The same the other way round: what is forgotten are the older ones.
func TestAFirewallForgetsOlderConnections(t *testing.T) {
	l := newLab(t, 1)
	l.set(agent.Host{Script: "serve"})
	older, err := l.try(host0, patience)
	if err != nil {
		t.Fatal(err)
	}
	defer older.Close()
	if saw, ok := l.served(); !ok {
		t.Fatalf("the host gives %s", saw)
	}
	l.rules(agent.Rule{Where: agent.Arriving, Older: true, Action: agent.Drop})
	if saw, ok := l.served(); !ok {
		t.Errorf("a new connection gets %s", saw)
	}
	if _, err := io.WriteString(older, request); err != nil {
		t.Fatal(err)
	}
	older.SetReadDeadline(time.Now().Add(silence))
	if n, err := older.Read(make([]byte, 1)); n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("an older connection gives %d bytes, %v", n, err)
	}
	if n := l.look().Rules[0]; n < 1 {
		t.Error("the rule met nothing of it")
	}
}

func TestALossIsRepeated(t *testing.T) {
	l := newLab(t, 1)
	l.set(agent.Host{Script: "read-request; hold"})
	loss := agent.Loss{Seed: 3, Of: 50, Lost: 25}
	want := loss.Indices()
	for range 2 {
		l.rules(agent.Rule{Where: agent.Arriving, SYNOnly: true, Action: agent.RejectReset, Loss: loss})
		var lost []int
		for i := range loss.Of {
			c, err := l.try(host0, patience)
			if err == nil {
				c.Close()
			} else {
				lost = append(lost, i)
			}
		}
		if fmt.Sprint(lost) != fmt.Sprint(want) {
			t.Errorf("lost were %v, drawn %v", lost, want)
		}
		if n := l.look().Rules[0]; n != uint64(loss.Lost) {
			t.Errorf("the rule met %d", n)
		}
	}
	l.rules()
	l.set(agent.Host{Script: "serve"})
	l.well("after it")
}

func TestWhatCanBeTried(t *testing.T) {
	l := newLab(t, 1)
	l.set(agent.Host{Script: "serve"})
	for range 2 { // what was tried is undone
		for _, ability := range []string{agent.AbilityTBF, agent.AbilityTUN, agent.AbilityNftables, agent.AbilityPtrace} {
			if err := l.Try(t.Context(), ability); err != nil && os.Getenv("CI") != "" {
				t.Errorf("%s: %v", ability, err)
			}
		}
		if err := l.Try(t.Context(), agent.AbilityNetem); err != nil && !strings.Contains(err.Error(), "a queue of the kind netem: ") {
			t.Errorf("of netem it says %v", err)
		}
	}
	if err := l.Try(t.Context(), "magic"); err == nil || !strings.Contains(err.Error(), `"magic"`) {
		t.Errorf("magic: %v", err)
	}
	l.well("after it")
}

func TestLinksThatCannotBe(t *testing.T) {
	_, in, out := launch(t)
	send := sender(t, in, out)
	for args, want := range map[string]string{
		`{"hosts":1,"bays":1,"wired":[1]}`: "no host 1", `{"hosts":1,"bays":1,"wired":[-1]}`: "no host -1",
	} {
		if got := send("build", args); !strings.Contains(got, want) {
			t.Errorf("build %s: %q", args, got)
		}
	}
	if got := send("build", `{"hosts":1,"bays":1,"still":true}`); got != "" {
		t.Fatalf("building: %s", got)
	}
	for _, c := range []struct{ op, args, want string }{
		{"link", `{"host":1}`, "no host 1"}, {"link", `{"host":-1}`, "no host -1"},
		{"link", `{"delay":1}`, "cannot delay"}, {"link", `{"jitter":1}`, "cannot delay"}, {"link", `{"delay":-1}`, "a delay of -1ns"},
		{"link", `{}`, ""}, {"link", `{"down":true,"rate":1000}`, ""}, {"link", `{}`, ""},
		{"route", `{"host":1}`, "no host 1"}, {"route", `{"host":-1}`, "no host -1"},
		{"route", `{"kind":"scenic"}`, `"scenic"`}, {"route", `{}`, ""},
		{"rules", `{"rules":[{"where":"arriving","action":"drop","loss":{"of":5}}]}`, "a loss of 0 packets of 5"},
		{"rules", `{"rules":[{"where":"arriving","action":"drop","loss":{"of":5,"lost":6}}]}`, "a loss of 6 packets of 5"},
		{"rules", `{"rules":[{"where":"arriving","action":"drop","loss":{"seed":5}}]}`, "a loss of 0 packets of 0"},
		{"rules", `{"rules":[{"where":"arriving","action":"drop","loss":{"of":1000000,"lost":1}}]}`, "of at most 1000"},
		{"try", `{}`, "reading the order"},
	} {
		got := send(c.op, c.args)
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s %s: %q, want ...%s...", c.op, c.args, got, c.want)
		}
	}
}

// An agent whose file system is its own makes the node.
func TestTheNodeOfTAPDevices(t *testing.T) {
	needLab(t)
	s, err := madeSpace(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNS | unix.CLONE_FS); err != nil {
			return err
		}
		if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
			return err
		}
		return unix.Mount("tmpfs", "/dev", "tmpfs", 0, "")
	})
	if err != nil {
		t.Skipf("no file system of its own can be had: %v", err)
	}
	defer close(s.calls)
	if _, err := s.tap("early"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without a node: %v", err)
	}
	for range 2 {
		if err := s.do(makeTUN); errors.Is(err, unix.EPERM) {
			t.Skipf("no node can be made here: %v", err)
		} else if err != nil {
			t.Fatal(err)
		}
	}
	f, err := s.tap("now")
	if errors.Is(err, unix.EACCES) {
		t.Skip("a node of a user namespace is none") // its tmpfs has no devices
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.links.LinkByName("now"); err != nil {
		t.Error(err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if _, err := s.tap(strings.Repeat("long", 9)); err == nil {
		t.Error("a name may be of any length")
	}
}
