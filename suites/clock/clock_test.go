//go:build linux

// Package clock holds the virtual clock to what the machine's shows: it lets timeouts that nobody
// waits for pass, unchanged, and looks at both sides of each.
package clock_test

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/local"
	"github.com/badgateway/badgateway/harness/nginx"
)

// patience is what NGINX waits where nothing is said; resolves is what is said for names, and its
// default too.
const (
	patience = time.Minute
	resolves = 30 * time.Second
	day      = 24 * time.Hour
	moment   = time.Millisecond // the grain of NGINX's timers
)

// conf leaves NGINX the times that it has by itself, but where only a written one can be looked at.
var conf = `events {}
http {
    resolver ` + agent.Resolver.String() + `;
    upstream two { server app:8080; server app:8080; }
    upstream spared { server app:8080 fail_timeout=10s; server app:8080 backup; }
    upstream kept { server app:8080; keepalive 1; }
    server {
        listen 80;
        add_header Took "$upstream_header_time $upstream_response_time" always;
        add_header Now $msec always;
        location / { proxy_pass http://app:8080; }
        location /until/ { proxy_next_upstream_timeout 60s; proxy_pass http://two; }
        location /longer/ { proxy_next_upstream_timeout 60001ms; proxy_pass http://two; }
        location /spared/ { proxy_set_header Connection close; proxy_pass http://spared; }
        location /kept/ { proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://kept; }
        location /named/ { set $name late.test; proxy_pass http://$name:8080; }
        location /socket/ {
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection upgrade;
            proxy_read_timeout 86400s;
            proxy_pass http://app:8080;
        }
    }
}
`

// lab is one that lives by the virtual clock.
type lab struct {
	*testing.T
	*harness.OpenLab
}

func newLab(t *testing.T, ref string) *lab { t.Helper(); return newLabOf(t, ref, conf) }

func newLabOf(t *testing.T, ref, conf string) *lab {
	t.Helper()
	rt, err := local.New(local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Close() })
	available(t, rt)
	gateway := nginx.Own{From: ref, Config: "nginx.conf", Text: conf, URL: "http://shop.test/", Upstream: "app:8080"}
	open, err := harness.OpenBy(t.Context(), harness.VirtualClock, rt, gateway, harness.Plot{Name: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := open.Close(); err != nil {
			t.Error(err)
		}
	})
	return &lab{t, open}
}

// available skips where there is no virtual clock, and fails where there is meant to be one.
func available(t *testing.T, rt harness.Runtime) {
	t.Helper()
	err := rt.Supports(t.Context(), harness.VirtualTime)
	if err != nil && os.Getenv("CI") != "" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skipf("SKIPPED, NOTHING WAS TESTED: %v", err)
	}
}

func (l *lab) must(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

// playing does it while the clock jumps only where it waits.
func (l *lab) playing(t *testing.T, do func()) {
	t.Helper()
	outer := l.T
	l.T = t
	defer func() { l.T = outer }()
	l.must(l.Agent.Play(t.Context(), true))
	defer func() { l.must(l.Agent.Play(context.WithoutCancel(t.Context()), false)) }()
	do()
}

func (l *lab) upstreamPlays(script string) {
	l.Helper()
	l.must(l.Agent.SetHost(l.Context(), agent.Host{Index: l.Bays[0].Site.Host, Script: script}))
}

func (l *lab) sleep(d time.Duration) { l.Helper(); l.must(l.Agent.Sleep(l.Context(), d)) }

// ask asks once, with all the patience that there is.
func (l *lab) ask(path string, alter ...func(*agent.Ask)) agent.Exchange {
	l.Helper()
	a := l.Bays[0].Visit().Ask(agent.Visitor(0), harness.Traffic{Path: path})
	a.Patience = 3 * day
	for _, f := range alter {
		f(&a)
	}
	x, err := l.Agent.Ask(l.Context(), a)
	l.must(err)
	return x
}

// attempts is how many connections the gateway has tried to open so far.
func (l *lab) attempts() int {
	l.Helper()
	v, err := l.Bays[0].Seen(l.Context(), 0)
	l.must(err)
	return v.Hosts[0].Attempts
}

// gives fails where an exchange has not that status, or not after those times as the gateway counts
// them, until the header and until the end.
func (l *lab) gives(x agent.Exchange, status int, took string) {
	l.Helper()
	said := x.Response.Get("Took")
	if x.Response.Status != status || said != took && took != "" {
		l.Errorf("%d after %v, which NGINX says took %q (%s); want %d after %q", x.Response.Status, x.Ended, said, x.End, status, took)
	}
}

// late is a script that answers that long after the request.
func late(d time.Duration) string {
	return fmt.Sprintf(`read-request; wait %v; wait %v; write "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n"`, d-time.Microsecond, time.Microsecond)
}

// A pair is the two sides of a timeout.
type pair struct {
	name    string
	in, out func(*lab)
}

var pairs = []pair{
	{
		"proxy_read_timeout",
		func(l *lab) { l.upstreamPlays(late(patience - moment)); l.gives(l.ask("/"), 200, "59.999 -") },
		func(l *lab) { l.upstreamPlays(late(patience + moment)); l.gives(l.ask("/"), 504, "- 60.000") },
	},
	{
		"proxy_next_upstream_timeout",
		func(l *lab) {
			l.upstreamPlays("1 x read-request; hold, then serve")
			l.gives(l.ask("/longer/"), 200, "-, 0.000 60.000, -")
		},
		func(l *lab) {
			l.upstreamPlays("1 x read-request; hold, then serve")
			l.gives(l.ask("/until/"), 504, "- 60.000")
		},
	},
	{
		"resolver_timeout",
		func(l *lab) {
			l.upstreamPlays("serve")
			l.answersNamesLate(resolves - moment)
			l.gives(l.ask("/named/"), 200, "")
		},
		func(l *lab) {
			l.upstreamPlays("serve")
			l.answersNamesLate(resolves + moment)
			l.gives(l.ask("/named/"), 502, "")
		},
	},
	{
		"fail_timeout",
		func(l *lab) { l.grudge(moment); l.gives(l.ask("/spared/"), 200, "") },
		func(l *lab) { l.grudge(-moment); l.gives(l.ask("/spared/"), 502, "") },
	},
	{
		"keepalive_timeout of an upstream",
		func(l *lab) { l.opensAfter(patience-moment, 0) },
		func(l *lab) { l.opensAfter(patience+moment, 1) },
	},
	{
		"a WebSocket's day",
		func(l *lab) { l.says(day-moment, agent.EndComplete) },
		func(l *lab) { l.says(day+moment, agent.EndFIN) },
	},
}

// answersNamesLate lets the resolver do so, with an answer that is not kept.
func (l *lab) answersNamesLate(d time.Duration) {
	l.Helper()
	l.sleep(time.Minute) // whatever NGINX has learned is too old
	l.must(l.Agent.SetName(l.Context(), agent.Name{Name: "late.test", Addrs: []netip.Addr{l.Bays[0].Site.Server.Addr()}, Late: d}))
}

// grudge lets a server fail, and waits until that long after NGINX would try it again. NGINX counts
// in whole seconds of the calendar, of which more than fail_timeout have to pass. The next
// connection is refused as well: it is the spare one's where the first is left alone.
func (l *lab) grudge(after time.Duration) {
	l.Helper()
	l.sleep(time.Minute) // whatever NGINX bears it is forgiven
	l.upstreamPlays("1 x reset, then 1 x serve, then 1 x reset, then serve")
	x := l.ask("/spared/")
	l.gives(x, 200, "")
	now, err := strconv.ParseFloat(x.Response.Get("Now"), 64)
	l.must(err)
	failed := time.Duration(now*1000) * time.Millisecond
	l.sleep(failed.Truncate(time.Second) + 11*time.Second - failed + after)
}

// opensAfter expects so many new connections to the upstream of a request that long after another.
func (l *lab) opensAfter(d time.Duration, want int) {
	l.Helper()
	l.upstreamPlays("serve")
	l.gives(l.ask("/kept/"), 200, "")
	before := l.attempts()
	l.sleep(d)
	l.gives(l.ask("/kept/"), 200, "")
	if n := l.attempts() - before; n != want {
		l.Errorf("%d connections after %v, want %d", n, d, want)
	}
}

// says lets an upgraded connection be silent for that long, before the upstream says something and
// goodbye.
func (l *lab) says(d time.Duration, want agent.End) {
	l.Helper()
	l.upstreamPlays(fmt.Sprintf(`read-request; write "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"; wait %v; wait %v; write "\x81\x03ok\n\x88\x00"; hold`,
		d-time.Hour, time.Hour))
	x := l.ask("/socket/", func(a *agent.Ask) {
		a.WebSocket = true
		a.Request = []byte("GET /socket/ HTTP/1.1\r\nHost: shop.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n")
	})
	if x.Response.Status != 101 || x.End != want || (x.Ended-min(d, day)).Abs() > 2*moment {
		l.Errorf("%d, %s after %v; want %s after %v", x.Response.Status, x.End, x.Ended, want, min(d, day))
	}
}

func TestBothSidesOfATimeout(t *testing.T) {
	for _, ref := range []string{"nginx@1.22", "nginx@1.26", "nginx@1.30"} {
		t.Run(ref, func(t *testing.T) {
			l := newLab(t, ref)
			for _, p := range pairs {
				t.Run(p.name+" before", func(t *testing.T) { l.playing(t, func() { p.in(l) }) })
				t.Run(p.name+" after", func(t *testing.T) { l.playing(t, func() { p.out(l) }) })
			}
		})
	}
}
