package local

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/authority"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/harness/script"
)

// spoken is a way in which NGINX reaches an upstream.
type spoken struct {
	route    string // what the location says
	request  string // from the method on; HERE is the location
	protocol agent.Protocol
	over     string
	said     string // of the request, by the upstream
	body     int
	kept     bool // the second request comes on the first one's connection
	prefix   string
}

const (
	get     = "GET HERE HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n"
	post    = "POST HERE HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello"
	grpc    = "POST HERE HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\nContent-Type: application/grpc\r\nTE: trailers\r\nContent-Length: 5\r\n\r\n\x00\x00\x00\x00\x00"
	message = "\x00\x00\x00\x00\x3c" // of gRPC: as long as the page
	cgi     = "_param REQUEST_METHOD $request_method; %[1]s_param REQUEST_URI $request_uri; %[1]s_param CONTENT_LENGTH $content_length;"
	secure  = "proxy_ssl_verify on; proxy_ssl_trusted_certificate /etc/nginx/authority.pem; proxy_ssl_server_name on; proxy_ssl_name app.test;"
)

// params are those that an application cannot do without.
func params(module string) string { return module + fmt.Sprintf(cgi, module) }

var ways = []spoken{
	{route: "proxy_pass http://HOST;", request: post, protocol: agent.HTTP10, said: "POST HERE", body: 5},
	{route: "proxy_pass http://POOL; proxy_http_version 1.1; proxy_set_header Connection '';", request: post, protocol: agent.HTTP11, said: "POST HERE", body: 5, kept: true},
	{route: "proxy_pass https://HOST; " + secure, request: post, protocol: agent.HTTP10, over: "tls", said: "POST HERE", body: 5},
	{route: "proxy_pass https://POOL; proxy_http_version 1.1; proxy_set_header Connection ''; " + secure, request: get, protocol: agent.HTTP11, over: "tls", said: "GET HERE", kept: true},
	{route: "fastcgi_pass HOST; " + params("fastcgi"), request: post, protocol: agent.FastCGI, said: "POST HERE", body: 5},
	{route: "fastcgi_pass POOL; fastcgi_keep_conn on; " + params("fastcgi"), request: get, protocol: agent.FastCGI, said: "GET HERE", kept: true},
	{route: "uwsgi_pass HOST; " + params("uwsgi"), request: post, protocol: agent.UWSGI, said: "POST HERE", body: 5},
	{route: "uwsgi_pass suwsgi://HOST; uwsgi_ssl_server_name on; " + params("uwsgi"), request: get, protocol: agent.UWSGI, over: "tls", said: "GET HERE"},
	{route: "scgi_pass HOST; " + params("scgi"), request: post, protocol: agent.SCGI, said: "POST HERE", body: 5},
	{route: "memcached_pass HOST; set $memcached_key $uri;", request: get, protocol: agent.Memcached, said: "get HERE"},
	{route: "memcached_pass POOL; set $memcached_key $uri;", request: get, protocol: agent.Memcached, said: "get HERE", kept: true},
	{route: "grpc_pass grpc://HOST;", request: post, protocol: agent.HTTP2, said: "POST HERE", body: 5},
	{route: "grpc_pass grpc://POOL;", request: grpc, protocol: agent.GRPC, said: "POST HERE", body: 5, kept: true, prefix: message},
	{route: "grpc_pass grpcs://HOST;", request: grpc, protocol: agent.GRPC, over: "tls", said: "POST HERE", body: 5, prefix: message},
}

// along is a text of the way with that number.
func along(n int, text string) string {
	pool := fmt.Sprintf("pool%d", n)
	host := fmt.Sprintf("%v:%d", agent.HostAddr(0), agent.HostPort)
	return strings.NewReplacer("HERE", fmt.Sprintf("/way/%d", n), "HOST", host, "POOL", pool).Replace(text)
}

func routes() string {
	var pools, locations strings.Builder
	for i, w := range ways {
		fmt.Fprintln(&pools, along(i, "upstream POOL { server HOST; keepalive 1; }"))
		fmt.Fprintln(&locations, along(i, "location HERE { "+w.route+" }"))
	}
	fmt.Fprintln(&locations, along(0, "location /tunnel { proxy_pass http://HOST; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade; }"))
	return "worker_processes 1;\nerror_log stderr notice;\nevents {}\nhttp {\naccess_log off;\n" + pools.String() + "server {\nlisten 80;\n" + locations.String() + "}\n}\n"
}

// throughNGINX is a lab whose NGINX has such routes.
func throughNGINX(t *testing.T) *lab {
	t.Helper()
	signs, err := authority.New()
	if err != nil {
		t.Fatal(err)
	}
	certificate, key, err := signs.PEM()
	if err != nil {
		t.Fatal(err)
	}
	r := runtimeFor(t)
	program, err := r.program(t.Context(), "nginx")
	if err != nil {
		t.Fatal(err)
	}
	l, err := r.start(t.Context(), program.Root, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.destroy() })
	if _, err := l.agent.Build(t.Context(), agent.Build{Hosts: 1, Bays: 1, Authority: agent.Authority{Certificate: certificate, Key: key}}); err != nil {
		t.Fatal(err)
	}
	var log harness.Log
	l.agent.Output(&log)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(strings.Join(log.Lines(), "\n"))
		}
	})
	if err := l.agent.Launch(t.Context(), r.users.launch(program, harness.Boot{Files: []harness.File{
		{Path: nginx.Path, Text: []byte(routes())}, {Path: "/etc/nginx/authority.pem", Text: certificate},
	}})); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := l.agent.Listening(ctx, netip.AddrPortFrom(agent.Front, agent.FrontPort)); err != nil {
		t.Fatal(err)
	}
	return l
}

var front = netip.AddrPortFrom(agent.Front, agent.FrontPort)

// ask asks NGINX, and returns the request that the upstream then told of.
func (l *lab) ask(t *testing.T, text string) (agent.Exchange, agent.Event) {
	t.Helper()
	method, _, _ := strings.Cut(text, " ")
	x, err := l.agent.Ask(t.Context(), agent.Ask{
		From: agent.Visitor(0), To: front, Method: method, Request: []byte(text), Patience: patience,
	})
	if err != nil {
		t.Fatal(err)
	}
	v, err := l.agent.Look(t.Context(), agent.Look{Hosts: []int{0}, Since: x.Began})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range v.Events {
		if e.Kind == agent.Request {
			return x, e
		}
	}
	t.Fatalf("no request came to the upstream; the client saw %+v, the history tells of %+v", x, v.Events)
	return x, agent.Event{}
}

// Whatever NGINX can speak to an upstream it gets the page for, from a host that was told
// nothing of it.
func TestNGINXIsUnderstoodInAllThatItSpeaks(t *testing.T) {
	l := throughNGINX(t)
	for _, process := range []agent.ProcessState{agent.NoProcess, agent.Running} {
		if err := l.agent.SetHost(t.Context(), agent.Host{Script: script.Healthy.String(), Process: process}); err != nil {
			t.Fatal(err)
		}
		for i, w := range ways {
			t.Run(fmt.Sprintf("%s %s%s", process, w.protocol, w.over), func(t *testing.T) {
				x, first := l.ask(t, along(i, w.request))
				if r := x.Response; r.Status != 200 || !r.Whole || string(r.Start) != w.prefix+script.Page {
					t.Errorf("%s: the client got %d, %q", w.route, r.Status, r.Start)
				}
				want := agent.Event{Protocol: w.protocol, Over: w.over, Text: along(i, w.said), N: w.body}
				if got := (agent.Event{Protocol: first.Protocol, Over: first.Over, Text: first.Text, N: first.N}); got != want {
					t.Errorf("%s: the history tells of %+v, want %+v", w.route, got, want)
				}
				if _, second := l.ask(t, along(i, w.request)); (second.Conn == first.Conn) != w.kept {
					t.Errorf("%s: the requests came on the connections %d and %d", w.route, first.Conn, second.Conn)
				}
			})
		}
	}
}

func TestAWebSocketPassesNGINX(t *testing.T) {
	l := throughNGINX(t)
	if err := l.agent.SetHost(t.Context(), agent.Host{Script: script.Healthy.String()}); err != nil {
		t.Fatal(err)
	}
	x, e := l.ask(t, "GET /tunnel HTTP/1.1\r\nHost: app.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	if r := x.Response; r.Status != 101 || r.Get("Sec-WebSocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
		t.Errorf("the client got %q, %s", r.Raw, x.End)
	}
	if e.Protocol != agent.WebSocket {
		t.Errorf("the history tells of %+v", e)
	}
}
