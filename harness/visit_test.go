package harness

import (
	"net/netip"
	"testing"

	"github.com/badgateway/badgateway/harness/agent"
)

// What a client says is what the visit says, and no more.
func TestWhatAVisitAsks(t *testing.T) {
	from := netip.MustParseAddr("10.0.0.7")
	for _, c := range []struct {
		name    string
		visit   Visit
		traffic Traffic
		to      string
		request string
	}{
		{"nothing said", Visit{Host: "a.test"}, Traffic{}, "198.19.255.254:80", "GET / HTTP/1.1\r\nHost: a.test\r\nAccept: */*\r\nConnection: close\r\n\r\n"},
		{"a path and a port", Visit{Host: "a.test", Path: "/x?y", At: netip.MustParseAddrPort("0.0.0.0:81")}, Traffic{}, "198.19.255.254:81", "GET /x?y HTTP/1.1\r\nHost: a.test\r\nAccept: */*\r\nConnection: close\r\n\r\n"},
		{"an address", Visit{Host: "a.test", At: netip.MustParseAddrPort("10.1.2.3:82"), Method: "PUT"}, Traffic{}, "10.1.2.3:82", "PUT / HTTP/1.1\r\nHost: a.test\r\nAccept: */*\r\nConnection: close\r\n\r\n"},
		{"the scenario's method", Visit{Host: "a.test", Method: "PUT"}, Traffic{Method: "POST"}, "198.19.255.254:80", "POST / HTTP/1.1\r\nHost: a.test\r\nAccept: */*\r\nConnection: close\r\n\r\n"},
		{"all that traffic says", Visit{Host: "a.test", Path: "/", Fields: []agent.Field{{Name: "A", Value: "1"}, {Name: "B", Value: "2"}}, Body: []byte("old")},
			Traffic{Method: "POST", Path: "/x", Header: "a: 3\r\n", Content: "new!"}, "198.19.255.254:80",
			"POST /x HTTP/1.1\r\nHost: a.test\r\nAccept: */*\r\nB: 2\r\na: 3\r\nContent-Length: 4\r\nConnection: close\r\n\r\nnew!"},
		{"fields and a body", Visit{Host: "a.test", Method: "POST", Fields: []agent.Field{{Name: "A", Value: "1"}}, Body: []byte("hello")}, Traffic{}, "198.19.255.254:80",
			"POST / HTTP/1.1\r\nHost: a.test\r\nAccept: */*\r\nA: 1\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"},
		{"a body that the client makes up", Visit{Host: "a.test", Body: []byte("hello")}, Traffic{Method: "POST", Body: 9, Expect: true}, "198.19.255.254:80",
			"POST / HTTP/1.1\r\nHost: a.test\r\nAccept: */*\r\nExpect: 100-continue\r\nContent-Length: 9\r\nConnection: close\r\n\r\n"},
		{"chunks of a client that unpacks", Visit{Host: "a.test"}, Traffic{Method: "POST", Body: 9, Chunked: true, Gzip: true}, "198.19.255.254:80",
			"POST / HTTP/1.1\r\nHost: a.test\r\nAccept: */*\r\nAccept-Encoding: gzip\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"},
		{"what nobody has asked for", Visit{Host: "a.test", Path: "/x"}, Traffic{Unseen: true}, "198.19.255.254:80", "GET /x?unseen HTTP/1.1\r\nHost: a.test\r\nAccept: */*\r\nConnection: close\r\n\r\n"},
		{"nor with a query", Visit{Host: "a.test", Path: "/x?y"}, Traffic{Unseen: true}, "198.19.255.254:80", "GET /x?y&unseen HTTP/1.1\r\nHost: a.test\r\nAccept: */*\r\nConnection: close\r\n\r\n"},
		{"before the fault", Visit{Host: "a.test", Path: "/x"}, Traffic{Unseen: true}.before(), "198.19.255.254:80", "GET /x HTTP/1.1\r\nHost: a.test\r\nAccept: */*\r\nConnection: close\r\n\r\n"},
		{"past all caches", Visit{Host: "a.test"}, Traffic{Past: true}, "198.19.255.254:80", "GET / HTTP/1.1\r\nHost: a.test\r\nAccept: */*\r\nCache-Control: no-cache\r\nPragma: no-cache\r\nConnection: close\r\n\r\n"},
		{"or not", Visit{Host: "a.test"}, Traffic{Past: true}.ordinary(), "198.19.255.254:80", "GET / HTTP/1.1\r\nHost: a.test\r\nAccept: */*\r\nConnection: close\r\n\r\n"},
	} {
		a := c.visit.Ask(from, c.traffic)
		if a.Fill != c.traffic.Body || a.Chunked != c.traffic.Chunked || (a.Manner == agent.Awaited) != c.traffic.Expect {
			t.Errorf("%s: it asks %+v", c.name, a)
		}
		if a.From != from || a.To.String() != c.to || string(a.Request) != c.request {
			t.Errorf("%s: %v is asked by %v: %q", c.name, a.To, a.From, a.Request)
		}
	}
	tls := &agent.ClientTLS{ServerName: "a.test"}
	a := Visit{TLS: tls, Proxy: true, HTTP2: true, Socket: "/run/a.sock"}.Ask(from, Traffic{})
	if a.TLS != tls || !a.Proxy || !a.HTTP2 || a.Socket != "/run/a.sock" || a.Method != "GET" {
		t.Errorf("it asks %+v", a)
	}
}

// A bay's clients come from where they are let in.
func TestWhereClientsComeFrom(t *testing.T) {
	for _, c := range []struct {
		from, at   string
		bay, which int
		want       string
	}{
		{"", "", 3, 1, "198.19.3.1"},
		{"", "0.0.0.0:80", 3, 2, "198.19.3.2"},
		{"", "127.0.0.1:80", 3, 2, "127.19.3.2"},
		{"10.1.0.0/16", "", 0, 1, "10.1.0.1"},
		{"10.1.7.9/16", "", 1, 2, "10.1.0.5"},
		{"10.1.0.9/32", "", 1, 2, "10.1.0.9"},
		{"10.1.0.8/31", "", 1, 2, "10.1.0.9"},
		{"127.0.0.1/32", "127.0.0.1:80", 1, 2, "127.0.0.1"},
	} {
		var v Visit
		if c.from != "" {
			v.From = netip.MustParsePrefix(c.from)
		}
		if c.at != "" {
			v.At = netip.MustParseAddrPort(c.at)
		}
		if got := v.Client(c.bay, c.which).String(); got != c.want {
			t.Errorf("client %d of bay %d comes from %s (%+v), want %s", c.which, c.bay, got, c, c.want)
		}
	}
}

func TestAServerIsWrittenAsPeopleDo(t *testing.T) {
	at := netip.MustParseAddrPort("10.0.0.1:80")
	for want, s := range map[string]Server{
		"10.0.0.1:80": {Addr: at}, "app.test:80": {Name: "app.test", Addr: at}, "unix:/run/a.sock": {Socket: "/run/a.sock"}, "[::1]:80": {Socket: "[::1]:80"},
	} {
		if got := s.String(); got != want {
			t.Errorf("%+v is %s", s, got)
		}
	}
	one := &Route{Servers: []Server{{Addr: at}, {Socket: "/run/a.sock"}}}
	for _, c := range []struct {
		other []Server
		want  bool
	}{{[]Server{{Socket: "/run/a.sock"}}, true}, {[]Server{{Addr: at}}, true}, {[]Server{{Name: "app.test", Addr: at}}, false}, {nil, false}} {
		if got := one.shares(&Route{Servers: c.other}); got != c.want {
			t.Errorf("it shares a server with %v: %v", c.other, got)
		}
	}
}

// Each server of a route has a machine of its own, in its order.
func TestTheMachinesOfARoute(t *testing.T) {
	s := Site{Host: 4, World: World{Process: true}, Route: &Route{Servers: []Server{
		{Addr: netip.MustParseAddrPort("10.0.0.1:81")}, {Name: "app.test", Addr: netip.MustParseAddrPort("198.18.252.0:82")}, {Socket: "/run/a.sock"},
	}}}
	b := &Bay{machines: machinesOf(s)}
	for i, m := range b.machines {
		host := m.healthy.host
		if m.index != 4+i || host.Index != 4+i || host.Process != agent.Running || m.now.host != host || m.link.Host != 4+i || m.route.Host != 4+i {
			t.Errorf("machine %d is %+v", i, *m)
		}
		if want := s.Route.Servers[i]; host.Socket != want.Socket || host.Port != want.Addr.Port() || m.healthy.name.Name != want.Name {
			t.Errorf("machine %d is %+v", i, m.healthy)
		}
	}
	if m := b.machines[1]; m.lives != netip.AddrPortFrom(agent.HostAddr(5), 82) || m.healthy.name.Addrs[0] != netip.MustParseAddr("198.18.252.0") {
		t.Errorf("it lives at %v, by %v", m.lives, m.healthy.name)
	}
	if got := b.indices(); len(got) != 3 || got[2] != 6 {
		t.Errorf("indices %v", got)
	}
	if got := b.names(); len(got) != 1 || got[0] != "app.test" {
		t.Errorf("names %v", got)
	}
	if err := b.network(); err == nil || !IsLack(err) {
		t.Errorf("what befalls a network: %v", err)
	}
	b.machines = b.machines[:2]
	if err := b.network(); err != nil {
		t.Errorf("what befalls a network: %v", err)
	}
}
