package nginx

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/nginx/config"
	"github.com/badgateway/badgateway/harness/nginx/routes"
)

func configOf(t *testing.T, text string) *config.Config {
	t.Helper()
	c, err := config.Of([]harness.File{{Path: Path, Text: []byte(text)}}, func(native string) string { return native })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// What a configuration gives no occasion for is refused, with the reason.
func TestWhatFitsAConfiguration(t *testing.T) {
	name := harness.Server{Name: "app.test", Addr: netip.MustParseAddrPort("198.18.252.0:80")}
	address := harness.Server{Addr: netip.MustParseAddrPort("10.0.0.1:80")}
	socket := harness.Server{Socket: "/run/a.sock"}
	route := func(p agent.Protocol, resolves bool, servers ...harness.Server) *harness.Route {
		return &harness.Route{ID: "GET http://a.test/", Protocol: p, Resolves: resolves, Servers: servers}
	}
	dns := harness.Fault{Cause: harness.DNS}
	for _, c := range []struct {
		name     string
		scenario harness.Scenario
		why      string
	}{
		{"no route", harness.Scenario{}, "it is for a server of the scenario's own"},
		{"a start", harness.Scenario{Route: route(agent.HTTP10, false, name), World: harness.World{Restart: true}}, "it is about how NGINX starts"},
		{"a name, of an address", harness.Scenario{Route: route(agent.HTTP10, false, address), Fault: dns}, "no name leads to its upstream"},
		{"a name as requests come, looked up once", harness.Scenario{Route: route(agent.HTTP10, false, name), Fault: dns, World: harness.World{Resolve: harness.AtRequest}}, "its upstream's name is resolved once"},
		{"a name as requests come", harness.Scenario{Route: route(agent.HTTP10, true, name), Fault: dns, World: harness.World{Resolve: harness.AtRequest}}, ""},
		{"a name at the start, looked up as requests come", harness.Scenario{Route: route(agent.HTTP10, true, name), World: harness.World{Resolve: harness.AtStart}}, "its upstream's name is resolved as requests come"},
		{"a name at the start", harness.Scenario{Route: route(agent.HTTP10, false, name), World: harness.World{Resolve: harness.AtStart}}, ""},
		{"an answer in HTTP/1", harness.Scenario{Route: route(agent.HTTP11, false, address), Fault: harness.Fault{HTTP: true}}, ""},
		{"an answer in HTTP/1, of FastCGI", harness.Scenario{Route: route(agent.FastCGI, false, address), Fault: harness.Fault{HTTP: true}}, "what the fault lets the upstream say is HTTP/1, and this one is spoken to in fastcgi"},
		{"the network", harness.Scenario{Route: route(agent.HTTP11, false, address), Fault: harness.Fault{Cause: harness.Network}}, ""},
		{"the network, of a socket", harness.Scenario{Route: route(agent.HTTP11, false, address, socket), Fault: harness.Fault{Cause: harness.Network}}, "no network leads to its upstream"},
		{"the firewall, of a socket", harness.Scenario{Route: route(agent.HTTP11, false, socket), Fault: harness.Fault{Cause: harness.Firewall}}, "no network leads to its upstream"},
		{"a crash, of a socket", harness.Scenario{Route: route(agent.HTTP11, false, socket), Fault: harness.Fault{Cause: harness.Crash}}, ""},
	} {
		err := Configured{}.Fits(c.scenario)
		if c.why == "" && err != nil || c.why != "" && (err == nil || !strings.HasPrefix(err.Error(), c.why)) {
			t.Errorf("%s: %v, want %q", c.name, err, c.why)
		}
	}
}

// A lab waits where the configuration listens.
func TestWhereALabWaits(t *testing.T) {
	for http, want := range map[string]string{
		"server { listen 8080; }":                                  "0.0.0.0:8080",
		"server { listen [::]:81; listen 10.0.0.1:82; }":           "10.0.0.1:82",
		"server { listen 443 quic; listen 8443 ssl; }":             "0.0.0.0:8443",
		"server { listen unix:/run/a.sock; } server { }":           "0.0.0.0:80",
		"server { listen unix:/run/a.sock; } server { listen a; }": "0.0.0.0:80",
	} {
		c := configOf(t, "events {}\nhttp { "+http+" }\n")
		gw := Configured{Config: c, Place: harness.Boot{Around: Around(c)}}
		if got := gw.Site(harness.Site{}).At.String(); got != want {
			t.Errorf("%s: it waits at %s, want %s", http, got, want)
		}
		if got := gw.Site(harness.Site{}).Socket; got != "" {
			t.Errorf("%s: it waits at the socket %s", http, got)
		}
		if got := gw.Site(harness.Site{Route: &harness.Route{}}).At; got.IsValid() {
			t.Errorf("%s: who asks for a route is led to %v", http, got)
		}
	}
}

func TestALabWaitsAtASocketWhereNothingElseIs(t *testing.T) {
	c := configOf(t, "events {}\nhttp { server { listen [::]:80; listen unix:/run//a.sock; listen unix:/run/b.sock; } }\n")
	gw := Configured{Config: c, Place: harness.Boot{Around: Around(c)}}
	if got := gw.Site(harness.Site{}).Socket; got != "/run/a.sock" {
		t.Errorf("it waits at %q", got)
	}
	if got := gw.Site(harness.Site{Route: &harness.Route{}}).Socket; got != "" {
		t.Errorf("who asks for a route is led to %s", got)
	}
}

func TestThePolicyOfARoute(t *testing.T) {
	c := configOf(t, "events {}\nhttp { server { location / { proxy_pass http://a; proxy_read_timeout 7s; } } }\n")
	ways, _ := routes.Find(c)
	gw := Configured{Config: c, Ways: map[string]routes.Way{"GET http://gateway.test/": ways[0]}}
	p, err := gw.Policy(harness.Boot{}, harness.Site{Route: &harness.Route{ID: "GET http://gateway.test/"}})
	if err != nil || p.Read.String() != "proxy_read_timeout 7s (/etc/nginx/nginx.conf:2:51)" {
		t.Errorf("%s, %v", p.Read, err)
	}
	if _, err := gw.Policy(harness.Boot{}, harness.Site{Route: &harness.Route{ID: "GET http://other.test/"}}); err == nil || harness.BlameOf(err) != harness.Usage {
		t.Errorf("a route that nobody found has a policy: %v", err)
	}
	if p, err := gw.Policy(harness.Boot{}, harness.Site{}); err != nil || p.Read.Value != 0 {
		t.Errorf("who asks for no route has a policy: %v, %v", p.Read, err)
	}
}

// Every module that speaks to upstreams has its own timeouts.
func TestThePolicyIsOfTheModule(t *testing.T) {
	for _, pass := range []string{"proxy_pass http://a", "fastcgi_pass a:1", "uwsgi_pass a:1", "scgi_pass a:1", "memcached_pass a:1", "grpc_pass a:1"} {
		module := strings.Split(pass, "_pass")[0]
		c := configOf(t, "events {}\nhttp {\n"+module+"_connect_timeout 3s;\nproxy_read_timeout 9s; grpc_read_timeout 9s; "+module+"_read_timeout 4s;\nserver { location / { "+pass+"; } }\n}\n")
		ways, _ := routes.Find(c)
		p, err := PolicyOf(c, ways[0].Pass, ways[0].Upstream)
		if err != nil || p.Connect.Says() != module+"_connect_timeout 3s" || p.Read.Says() != module+"_read_timeout 4s" || p.Send.Says() != module+"_send_timeout 1m0s" || p.Header.Directive != module+"_buffer_size" {
			t.Errorf("%s: %s, %s, %s, %s, %v", pass, p.Connect, p.Read, p.Send, p.Header, err)
		}
	}
}

func TestTheCommand(t *testing.T) {
	for _, c := range []struct {
		main    string
		modules []string
		want    string
	}{
		{"", nil, "nginx -p /p -c /etc/nginx/nginx.conf -g daemon off;"},
		{"daemon off;", nil, "nginx -p /p -c /etc/nginx/nginx.conf"},
		{"", []string{"/a.so", "/b.so"}, "nginx -p /p -c /etc/nginx/nginx.conf -g load_module /a.so; load_module /b.so; daemon off;"},
		{"daemon off;", []string{"/a.so"}, "nginx -p /p -c /etc/nginx/nginx.conf -g load_module /a.so; "},
	} {
		if got := strings.Join(Command(configOf(t, c.main+"\nevents {}\nhttp {}\n"), "/p", c.modules), " "); got != c.want {
			t.Errorf("it is %q, want %q", got, c.want)
		}
	}
}

func TestWhatIsAroundAConfiguration(t *testing.T) {
	a := Around(configOf(t, "events {}\nstream { resolver 10.0.0.9; }\nhttp { resolver 10.0.0.53 dns.test [2001:db8::1] 10.0.0.54:5353 valid=5s; server { listen 81; location / { resolver 10.0.0.55; } } }\n"))
	if got := fmt.Sprint(a.Elsewhere, a.Listens, a.Resolvers); got != "true [0.0.0.0:81] [10.0.0.9:53 10.0.0.53:53 10.0.0.54:5353 10.0.0.55:53]" {
		t.Error(got)
	}
	gw := Configured{Place: harness.Boot{From: "nginx", Around: agent.Surroundings{Listens: a.Listens, Doors: []agent.Door{{}}}}}
	if boot, err := gw.Boot(nil); err != nil || boot.From != "nginx" || len(boot.Around.Doors) != 0 || len(boot.Around.Listens) != 1 {
		t.Errorf("it boots %+v, %v", boot, err)
	}
}
