package server

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"syscall"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// newSurrounded is a lab of one host around which everything is that a configuration may name.
func newSurrounded(t *testing.T) *testLab {
	t.Helper()
	l := startAgent(t)
	_, err := l.Build(t.Context(), agent.Build{Hosts: 1, Bays: 1, Still: true, Around: agent.Surroundings{
		Elsewhere: true,
		Listens:   addrPorts("0.0.0.0:80", "127.0.0.1:9000", "10.1.2.3:81"),
		Resolvers: addrPorts("127.0.0.11:53", "8.8.8.8:5353"),
		Doors:     []agent.Door{{At: netip.MustParseAddrPort("10.7.7.7:3000")}, {At: netip.MustParseAddrPort("127.0.0.1:3000")}},
	}})
	if err != nil {
		t.Fatalf("building the world: %v", err)
	}
	l.set(agent.Host{Script: script.Healthy.String(), Port: 3000})
	return l
}

func addrPorts(texts ...string) (found []netip.AddrPort) {
	for _, text := range texts {
		found = append(found, netip.MustParseAddrPort(text))
	}
	return found
}

// get asks from the near side, where a gateway would be.
func (l *testLab) get(to netip.AddrPort) error {
	l.t.Helper()
	c, err := l.try(to, patience)
	if err != nil {
		return err
	}
	return served(c)
}

// served says whether a connection leads to who is healthy.
func served(c net.Conn) error {
	fmt.Fprint(c, "GET /here HTTP/1.1\r\nHost: here.test\r\nConnection: close\r\n\r\n")
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err == nil && res.StatusCode != 200 {
		err = errors.New(res.Status)
	}
	return err
}

// request is the only request that came to a host since the lab was made.
func (l *testLab) request(host int) agent.Event {
	l.t.Helper()
	v, err := l.Look(l.t.Context(), agent.Look{Hosts: []int{host}})
	if err != nil {
		l.t.Fatal(err)
	}
	requests := slices.DeleteFunc(v.Events, func(e agent.Event) bool { return e.Kind != agent.Request })
	if len(requests) != 1 {
		l.t.Fatalf("%d requests came to host %d, want 1", len(requests), host)
	}
	return requests[0]
}

func TestADoorLeadsToItsHost(t *testing.T) {
	for _, at := range addrPorts("10.7.7.7:3000", "127.0.0.1:3000") {
		t.Run(at.String(), func(t *testing.T) {
			l := newSurrounded(t)
			if err := l.get(at); err != nil {
				t.Fatal(err)
			}
			if e := l.request(0); e.Peer != agent.NearAddr(0) {
				t.Errorf("the host saw %v ask, want %v", e.Peer, agent.NearAddr(0))
			}
			if n := l.host().Attempts; n != 1 {
				t.Errorf("%d attempts were counted, want 1", n)
			}
		})
	}
}

// TestWhatBreaksBehindADoorIsFelt: errors of the network find their way back through it.
func TestWhatBreaksBehindADoorIsFelt(t *testing.T) {
	for _, at := range addrPorts("10.7.7.7:3000", "127.0.0.1:3000") {
		for _, c := range []struct {
			name  string
			rules []agent.Rule
			host  agent.Host
			want  error
		}{
			{"refused", nil, agent.Host{}, syscall.ECONNREFUSED},
			{"unreachable", []agent.Rule{{Where: agent.Arriving, SYNOnly: true, Action: agent.RejectHost}}, agent.Host{}, syscall.EHOSTUNREACH},
			{"gone", nil, agent.Host{Gone: true}, syscall.EHOSTUNREACH},
		} {
			t.Run(c.name+" at "+at.String(), func(t *testing.T) {
				l := newSurrounded(t)
				l.rules(c.rules...)
				l.set(c.host)
				if err := l.get(at); !errors.Is(err, c.want) {
					t.Errorf("%v, want %v", err, c.want)
				}
			})
		}
	}
}

func TestWhatHasNoHostIsElsewhere(t *testing.T) {
	for _, to := range addrPorts("203.0.113.9:443", "127.0.0.1:5000", "10.7.7.7:3001") {
		t.Run(to.String(), func(t *testing.T) {
			l := newSurrounded(t)
			if err := l.get(to); err != nil {
				t.Fatal(err)
			}
			if e := l.request(agent.Elsewhere); e.To != to {
				t.Errorf("it is said to have wanted to go to %v", e.To)
			}
		})
	}
}

func TestTheGatewaysOwnAddressesAreItsOwn(t *testing.T) {
	l := newSurrounded(t)
	for _, to := range addrPorts("127.0.0.1:80", "127.0.0.1:9000", "10.1.2.3:81") {
		if err := l.get(to); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("%v: %v, want that nobody listens", to, err)
		}
	}
	listener, err := l.near.listen(netip.MustParseAddrPort("10.1.2.3:81"), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	accepted := make(chan error, 1)
	go func() { _, err := listener.Accept(); accepted <- err }()
	// The client, from its own side.
	x, err := l.Ask(t.Context(), agent.Ask{From: agent.Visitor(0), To: netip.MustParseAddrPort("10.1.2.3:81"), Method: "GET", Patience: silence})
	if err != nil || x.End != agent.EndPatience {
		t.Fatalf("the client's connection ended with %v (%s), %v", x.End, x.Err, err)
	}
	if err := <-accepted; err != nil {
		t.Error(err)
	}
}

// TestEveryNameIsSomewhere: a name that nobody ordered has an address, at which it is found
// under that name, whatever resolver the configuration asks.
func TestEveryNameIsSomewhere(t *testing.T) {
	l := newSurrounded(t)
	var addrs []netip.Addr
	for _, ask := range []struct{ resolver, name string }{{"127.0.0.11:53", "db.internal."}, {"8.8.8.8:5353", "api.internal."}, {"9.9.9.9:53", "db.internal."}} {
		resolverPort = netip.MustParseAddrPort(ask.resolver)
		m, err := l.query("udp", ask.name, dnsmessage.TypeA, patience)
		if err != nil || len(m.Answers) != 1 {
			t.Fatalf("%s asked for %s: %d answers, %v", ask.resolver, ask.name, len(m.Answers), err)
		}
		addrs = append(addrs, netip.AddrFrom4(m.Answers[0].Body.(*dnsmessage.AResource).A))
	}
	resolverPort = netip.AddrPortFrom(agent.Resolver, 53)
	if addrs[0] != addrs[2] || addrs[0] == addrs[1] {
		t.Errorf("the addresses are %v: the same name has one, two names have two", addrs)
	}
	if err := l.get(netip.AddrPortFrom(addrs[0], 5432)); err != nil {
		t.Fatal(err)
	}
	if e := l.request(agent.Elsewhere); e.Name != "db.internal" || e.To.Port() != 5432 {
		t.Errorf("%s at %v was found, want db.internal at port 5432", e.Name, e.To)
	}
}
