package server

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// six are addresses at which a configuration looks for upstreams at the gateway's own side:
// its loopback, and one that is no loopback.
var six = []string{"[::1]:8080", "[2001:db8::9]:81"}

// newSix is a lab of one host in which those are.
func newSix(t *testing.T) *testLab {
	t.Helper()
	l := startAgent(t)
	_, err := l.Build(t.Context(), agent.Build{Hosts: 1, Bays: 1, Still: true, Around: agent.Surroundings{
		Elsewhere: true, Sockets: six, Names: []string{"edge.test"},
	}})
	if err != nil {
		t.Fatalf("building the world: %v", err)
	}
	return l
}

// get6 is get at an address of IPv6.
func (l *testLab) get6(to string) error {
	l.t.Helper()
	var c net.Conn
	if err := l.near.do(func() (err error) {
		c, err = net.DialTimeout("tcp6", to, patience)
		return err
	}); err != nil {
		return err
	}
	l.t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return served(c)
}

func TestAtTheGatewaysSideThereIsIPv6(t *testing.T) {
	for _, at := range six {
		t.Run(at, func(t *testing.T) {
			l := newSix(t)
			if err := l.get6(at); err != nil {
				t.Fatal(err)
			}
			if e := l.request(agent.Elsewhere); e.Name != "unix:"+at || e.To.IsValid() {
				t.Errorf("it is said to have wanted to go to %q at %v", e.Name, e.To)
			}
		})
	}
}

// TestAHostTakesAnAddressOver: what was played elsewhere at an address ends, and what breaks
// the host is felt there.
func TestAHostTakesAnAddressOver(t *testing.T) {
	for _, at := range six {
		t.Run(at, func(t *testing.T) {
			l := newSix(t)
			for range 3 { // each time anew, at the same address
				l.set(agent.Host{Script: script.Healthy.String(), Socket: at})
			}
			if err := l.get6(at); err != nil {
				t.Fatal(err)
			}
			if e := l.request(0); e.Peer.IsValid() {
				t.Errorf("who asks is %v, and nobody has an address there", e.Peer)
			}
			if n := l.host().Attempts; n != 1 {
				t.Errorf("%d attempts were counted, want 1", n)
			}
			if v, err := l.Look(t.Context(), agent.Look{Hosts: []int{agent.Elsewhere}}); err != nil || len(v.Events) != 0 {
				t.Errorf("%d things befell who was there before, %v", len(v.Events), err)
			}
			l.set(agent.Host{})
			if err := l.get6(at); !errors.Is(err, syscall.ECONNREFUSED) {
				t.Errorf("nobody listens, and it is %v", err)
			}
		})
	}
}

// TestAProcessDiesAtAnAddress: it comes again at the same one, however fast.
func TestAProcessDiesAtAnAddress(t *testing.T) {
	l := newSix(t)
	healthy := agent.Host{Script: script.Healthy.String(), Port: 8080, Socket: six[0], Process: agent.Running}
	for range 5 {
		l.set(healthy)
		if err := l.get6(six[0]); err != nil {
			t.Fatal(err)
		}
		dead := healthy
		dead.Process = agent.Killed
		l.set(dead)
		if err := l.get6(six[0]); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Fatalf("the process is dead, and it is %v", err)
		}
	}
}

func TestWhatWasNotAskedForIsNotThere(t *testing.T) {
	l := newSix(t)
	err := l.SetHost(t.Context(), agent.Host{Script: script.Healthy.String(), Socket: "[::1]:9"})
	if err == nil || !strings.Contains(err.Error(), "the configuration looks at no unix socket [::1]:9") {
		t.Errorf("it is %v", err)
	}
	if err := l.get6("[::1]:9"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("nobody listens, and it is %v", err)
	}
	plain := startAgent(t)
	if _, err := plain.Build(t.Context(), agent.Build{Hosts: 1, Bays: 1, Still: true}); err != nil {
		t.Fatal(err)
	}
	err = plain.SetHost(t.Context(), agent.Host{Script: script.Healthy.String(), Socket: six[0]})
	if err == nil || !strings.Contains(err.Error(), "the configuration looks at no unix socket [::1]:8080") {
		t.Errorf("it is %v", err)
	}
}

// TestTheGatewaysOwnNamesLeadToIt: a name at which it listens is no upstream's.
func TestTheGatewaysOwnNamesLeadToIt(t *testing.T) {
	l := newSix(t)
	m, err := l.query("udp", "edge.test.", dnsmessage.TypeA, patience)
	if err != nil || len(m.Answers) != 1 {
		t.Fatalf("%d answers, %v", len(m.Answers), err)
	}
	if got := netip.AddrFrom4(m.Answers[0].Body.(*dnsmessage.AResource).A); got != agent.Front {
		t.Errorf("it leads to %v, want %v", got, agent.Front)
	}
}
