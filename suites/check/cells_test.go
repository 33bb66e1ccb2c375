//go:build linux

package check_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// three has three routes: one server by a name that is resolved at start, two servers, and a
// name that is resolved as requests come. Its timeouts tell from each other.
const three = `events {}
http {
    server_tokens off;
    resolver 10.0.0.2;
    resolver_timeout 1200ms;
    proxy_connect_timeout 1s;
    proxy_read_timeout 1500ms;
    upstream two {
        server 10.1.0.1:8080 fail_timeout=1s;
        server 10.1.0.2:8080 fail_timeout=1s;
    }
    server {
        listen 80;
        server_name shop.test;
        location / { proxy_pass http://app.shop.internal:9000; }
        location /two/ { proxy_pass http://two; }
        location /late/ { set $late late.shop.internal; proxy_pass http://$late:9000; }
    }
}
`

// Each cell, by understanding: status and outcome; how many connections were begun; what the time
// is made of; and the directive that decided, with its place.
const (
	atOnce  = "at once"
	connect = "proxy_connect_timeout = 1s"
	read    = "proxy_read_timeout = 1.5s"
	atFirst = "proxy_pass http://app.shop.internal:9000 (nginx.conf:15:22)"
	atTwo   = "proxy_pass http://two (nginx.conf:16:26)"
	atLate  = "proxy_pass http://$late:9000 (nginx.conf:17:57)"
	atRead  = "proxy_read_timeout 1.5s (nginx.conf:7:5)"
	atOpen  = "proxy_connect_timeout 1s (nginx.conf:6:5)"
	atSize  = "proxy_buffer_size (default, not written)"
)

var canonicalSix = map[string]string{
	"crash/refused@GET http://shop.test/":              "502 answered 1 " + atOnce + "; " + atFirst,
	"overload/backlog-full@GET http://shop.test/":      "504 answered 1 " + connect + "; " + atOpen,
	"firewall/syn-dropped@GET http://shop.test/":       "504 answered 1 " + connect + "; " + atOpen,
	"malformed/header-too-large@GET http://shop.test/": "502 answered 1 " + atOnce + "; " + atSize,
	"slow/never@GET http://shop.test/":                 "504 answered 1 " + read + "; " + atRead,
	// It has moved, and nothing is where it was: no SYN comes to its host.
	"dns/stale-address@GET http://shop.test/": "504 answered 0 " + connect + "; " + atOpen,

	"crash/refused@GET http://shop.test/two/":              "502 answered 2 " + atOnce + "; " + atTwo,
	"overload/backlog-full@GET http://shop.test/two/":      "504 answered 2 proxy_connect_timeout x 2 tries = 2s; " + atOpen,
	"firewall/syn-dropped@GET http://shop.test/two/":       "504 answered 2 proxy_connect_timeout x 2 tries = 2s; " + atOpen,
	"malformed/header-too-large@GET http://shop.test/two/": "502 answered 1 " + atOnce + "; " + atSize, // a bad header is not in proxy_next_upstream
	"slow/never@GET http://shop.test/two/":                 "504 answered 2 proxy_read_timeout x 2 tries = 3s; " + atRead,
	"spare/refused@GET http://shop.test/two/":              "200 answered 1 " + atOnce + "; " + atTwo,
	"spare/never@GET http://shop.test/two/":                "200 answered 1 " + read + "; " + atRead,

	"crash/refused@GET http://shop.test/late/":              "502 answered 1 " + atOnce + "; " + atLate,
	"overload/backlog-full@GET http://shop.test/late/":      "504 answered 1 " + connect + "; " + atOpen,
	"dns/silent@GET http://shop.test/late/":                 "502 answered 0 resolver_timeout = 1.2s; resolver_timeout 1.2s (nginx.conf:5:5)",
	"firewall/syn-dropped@GET http://shop.test/late/":       "504 answered 1 " + connect + "; " + atOpen,
	"malformed/header-too-large@GET http://shop.test/late/": "502 answered 1 " + atOnce + "; " + atSize,
	"slow/never@GET http://shop.test/late/":                 "504 answered 1 " + read + "; " + atRead,
}

func TestTheCanonicalSixOnThreeRoutes(t *testing.T) {
	needsLabs(t)
	t.Parallel()
	s := checked(t, lay(t, "-- nginx.conf --\n"+three), "nginx.conf")
	s.exits(t, 0)
	for key, want := range canonicalSix {
		c := s.cell(t, key)
		if got := fmt.Sprintf("%d %s %d %s; %s", c.Status, c.Outcome, c.Attempts, c.Time, c.Decided); got != want {
			t.Errorf("%s is\n%s, expected\n%s", key, got, want)
		}
		if c.At != nil && !strings.Contains(c.Decided, fmt.Sprintf("(nginx.conf:%d:%d)", c.At.Line, c.At.Column)) {
			t.Errorf("%s is decided at %v, and said to be by %s", key, c.At, c.Decided)
		}
		if c.Receipt == "" || len(c.Findings) == 0 {
			t.Errorf("%s has the receipt %q and %d findings", key, c.Receipt, len(c.Findings))
		}
	}
	says(t, s.stdout, `not played +dns/silent \(GET http://shop.test/two/\): no name leads to its upstream`)
}

// What a check takes beside others is no figure, so this is about what it takes alone.
func TestThreeRoutesInTime(t *testing.T) {
	needsLabs(t)
	dir := lay(t, "-- nginx.conf --\n"+three)
	checked(t, dir, "nginx.conf", "--only", "crash/refused@*") // so that nothing has to be fetched
	for name, limit := range map[string]time.Duration{"": 6 * time.Second, "--static": time.Second, "--routes": 2 * time.Second} {
		args := []string{"check", "nginx.conf", "--runtime", "local"}
		if name != "" {
			args = append(args, name)
		}
		s := run(t, command(t, dir, args...))
		s.exits(t, 0)
		t.Logf("check %s: %v", name, s.took)
		if s.took > limit {
			t.Errorf("check %s took %v, of %v", name, s.took, limit)
		}
	}
}

func TestWhatIsNotRunIsListedWithItsLimit(t *testing.T) {
	needsLabs(t)
	t.Parallel()
	s := checked(t, lay(t, "-- nginx.conf --\n"+strings.Replace(three, "resolver 10.0.0.2;", "resolver 10.0.0.2 valid=30s;", 1)), "nginx.conf", "--max-wait", "1100ms", "--clock", "real")
	s.exits(t, 0)
	flat := regexp.MustCompile(`\s+`).ReplaceAllString(s.stdout, " ")
	for _, want := range []string{
		`not played slow/never \(\d routes\): a client would wait 1.5s: proxy_read_timeout 1.5s \(nginx.conf:7:5\)`,
		`not played slow/never \(GET http://shop.test/two/\): a client would wait 3s: proxy_read_timeout x 2 servers = 3s \(nginx.conf:7:5\)`,
		`not played dns/silent \(GET http://shop.test/late/\): NGINX goes by what it learned for 30s: resolver 10.0.0.2 valid=30s \(nginx.conf:4:5\)`,
	} {
		says(t, flat, want)
	}
	for _, c := range s.cells {
		if c.ID == "slow/never" {
			t.Errorf("%s was played", c.Key())
		}
	}
	s.cell(t, "firewall/syn-dropped@GET http://shop.test/") // which is short enough
}

// protocols has a route for each of what NGINX speaks to upstreams.
const protocols = `events {}
http {
    server_tokens off;
    proxy_connect_timeout 1s; proxy_read_timeout 1s;
    fastcgi_connect_timeout 1s; fastcgi_read_timeout 1s;
    uwsgi_connect_timeout 1s; uwsgi_read_timeout 1s;
    scgi_connect_timeout 1s; scgi_read_timeout 1s;
    grpc_connect_timeout 1s; grpc_read_timeout 1s;
    memcached_connect_timeout 1s; memcached_read_timeout 1s;
    server {
        listen 80; server_name shop.test;
        location /fastcgi/ { include fastcgi_params; fastcgi_pass 127.0.0.1:9000; }
        location /socket/ { proxy_pass http://unix:/run/app.sock; }
        location /php/ { include fastcgi_params; fastcgi_pass unix:/run/php/php-fpm.sock; }
        location /tls/ { proxy_pass https://app.shop.internal; }
        location /six/ { proxy_pass http://[::1]:8080; }
        location /uwsgi/ { include uwsgi_params; uwsgi_pass app.shop.internal:3031; }
        location /scgi/ { include scgi_params; scgi_pass app.shop.internal:4000; }
        location /memcached/ { set $memcached_key a; memcached_pass 10.0.0.9:11211; }
    }
    server { listen 8443 http2; server_name shop.test; location / { grpc_pass grpc://app.shop.internal:50051; } }
}
`

func TestEveryProtocolHasItsCells(t *testing.T) {
	needsLabs(t)
	t.Parallel()
	s := checked(t, lay(t, "-- nginx.conf --\n"+protocols), "nginx.conf")
	s.exits(t, 0)
	for route, timeout := range map[string]string{
		"GET http://shop.test/fastcgi/index.php": "fastcgi", "GET http://shop.test/socket/": "proxy", "GET http://shop.test/php/index.php": "fastcgi",
		"GET http://shop.test/tls/": "proxy", "GET http://shop.test/six/": "proxy", "GET http://shop.test/uwsgi/index.php": "uwsgi",
		"GET http://shop.test/scgi/index.php": "scgi", "GET http://shop.test/memcached/": "memcached", "GET http://shop.test:8443/": "grpc",
	} {
		if c := s.cell(t, "crash/refused@"+route); c.Status != 502 || c.Time != atOnce || c.Receipt == "" {
			t.Errorf("%s: %d, %s, %q", c.Key(), c.Status, c.Time, c.Receipt)
		}
		if c := s.cell(t, "slow/never@"+route); c.Status != 504 || c.Time != timeout+"_read_timeout = 1s" {
			t.Errorf("%s: %d, %s", c.Key(), c.Status, c.Time)
		}
	}
	flat := regexp.MustCompile(`\s+`).ReplaceAllString(s.stdout, " ")
	says(t, flat, `firewall/syn-dropped \(3 routes\): no network leads to its upstream, which is on the gateway's own host`)
	says(t, flat, `dns/silent \(5 routes\): no name leads to its upstream`)
}

// Each word of the file is heeded, and one that is of nothing is told.
func TestSettingsAreHeeded(t *testing.T) {
	needsLabs(t)
	t.Parallel()
	dir := lay(t, "-- nginx.conf --\n"+three+`-- badgateway.yaml --
configuration: {path: nginx.conf}
faults: [crash/refused, slow/never]
expect:
  - {route: "GET http://shop.test/", fault: crash/refused, status: 504}
  - {route: "* http://shop.test/two/", fault: slow/never, status: 504, within: 4s, attempts: 2}
  - {route: "*/nowhere", status: 200}
skip:
  - {route: "*/late/", fault: slow/never, reason: "it is known"}
`)
	s := checked(t, dir)
	s.exits(t, 1)
	if c := s.cell(t, "crash/refused@GET http://shop.test/"); c.Verdict.String() != "fail" || !strings.Contains(c.Reason, "504") {
		t.Errorf("%s: %s", c.Verdict, c.Reason)
	}
	if c := s.cell(t, "slow/never@GET http://shop.test/two/"); c.Verdict.String() == "fail" {
		t.Errorf("%s: %s", c.Verdict, c.Reason)
	}
	for _, c := range s.cells {
		if c.Key() == "slow/never@GET http://shop.test/late/" {
			t.Error("it was to be skipped")
		}
	}
	flat := regexp.MustCompile(`\s+`).ReplaceAllString(s.stdout, " ")
	says(t, flat, `skipped slow/never \(GET http://shop.test/late/\): it is known`)
	says(t, s.stderr, `badgateway.yaml:6:\d+: no route is \*/nowhere, so this expectation is of nothing`)
}

// The code says who has to act.
func TestExitCodes(t *testing.T) {
	needsLabs(t)
	for name, c := range map[string]struct {
		code  int
		files string
		args  []string
		says  string
	}{
		"all is met, with warnings":     {0, "-- nginx.conf --\n" + three, []string{"nginx.conf", "--only", "slow/never@GET http://shop.test/"}, `pass|warn`},
		"the configuration is to blame": {1, "-- nginx.conf --\n" + strings.Replace(three, "server_tokens off;", "", 1), []string{"nginx.conf", "--strict", "--only", "crash/refused@GET http://shop.test/"}, `leaks-nothing`},
		"nothing is there":              {2, "-- a --\n", []string{"nowhere.conf"}, `nowhere.conf`},
		"no path":                       {2, "-- a --\n", nil, `which configuration`},
		"NGINX does not take it":        {2, "-- nginx.conf --\nevents {}\nhttp { server { listen 80; nonsense; } }\n", []string{"nginx.conf"}, `nginx.conf:2:\d+.*nonsense`},
		"a file that is no YAML":        {2, "-- nginx.conf --\n" + three + "-- badgateway.yaml --\n\trules: x\n", []string{"nginx.conf"}, `badgateway.yaml:1`},
		"a fault that is none":          {2, "-- nginx.conf --\n" + three, []string{"nginx.conf", "--faults", "slow/nevr"}, `slow/never`},
		"no engine":                     {3, "-- nginx.conf --\n" + three, []string{"nginx.conf", "--runtime", "docker"}, `no Docker engine`},
		"nothing to play":               {4, "-- nginx.conf --\n" + three, []string{"nginx.conf", "--only", "slow/never@nowhere"}, `matches no cell`},
		"no fault of that pattern":      {4, "-- nginx.conf --\n" + three, []string{"nginx.conf", "--faults", "nothing/*"}, `nothing matches`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"check", "--runtime", "local"}, c.args...)
			s := run(t, command(t, lay(t, c.files), args...))
			s.exits(t, c.code)
			says(t, s.stdout+s.stderr, c.says)
		})
	}
}

// The list of routes is one JSON value, and tells where each leads.
func TestRoutesAreListed(t *testing.T) {
	needsLabs(t)
	t.Parallel()
	s := run(t, command(t, lay(t, "-- nginx.conf --\n"+three), "check", "nginx.conf", "--runtime", "local", "--routes", "--json"))
	s.exits(t, 0)
	var listed struct {
		Routes []struct {
			ID, Where, Protocol string
			Servers             []string
			Status              int
		}
	}
	if err := json.Unmarshal([]byte(s.stdout), &listed); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range listed.Routes {
		got = append(got, fmt.Sprintf("%s %s %s %d", r.ID, r.Where, strings.Join(r.Servers, "+"), r.Status))
	}
	want := "GET http://shop.test/ nginx.conf:15:22 app.shop.internal:9000 200\n" +
		"GET http://shop.test/two/ nginx.conf:16:26 10.1.0.1:8080+10.1.0.2:8080 200\n" +
		"GET http://shop.test/late/ nginx.conf:17:57 late.shop.internal:9000 200"
	if strings.Join(got, "\n") != want {
		t.Errorf("got\n%s\nexpected\n%s", strings.Join(got, "\n"), want)
	}
}

const atSocket = `events {}
http {
    server {
        listen unix:/run/front.sock;
        server_name sock.test;
        location / { proxy_pass http://127.0.0.1:3000; }
    }
}
`

// A gateway that listens only at a unix socket is asked there.
func TestAGatewayAtAUnixSocket(t *testing.T) {
	needsLabs(t)
	t.Parallel()
	dir := lay(t, "-- nginx.conf --\n"+atSocket)
	s := checked(t, dir, "nginx.conf", "--only", "crash/refused@GET http://unix:/run/front.sock:sock.test/")
	s.exits(t, 0)
	if c := s.cells[0]; c.Status != 502 || c.Attempts != 1 || c.Receipt == "" {
		t.Errorf("%d after %d attempts, proven by %q", c.Status, c.Attempts, c.Receipt)
	}
}

func TestDockerHasNoClientAtAUnixSocket(t *testing.T) {
	needsEngine(t)
	t.Parallel()
	cmd := command(t, lay(t, "-- nginx.conf --\n"+atSocket), "check", "nginx.conf", "--runtime", "docker")
	cmd.Env = os.Environ() // the engine is the machine's
	s := run(t, cmd)
	s.exits(t, 2)
	says(t, s.stderr, `no client can be at a unix socket of the gateway.s.*\nhint: --runtime local`)
}
