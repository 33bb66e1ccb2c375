package local

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/authority"
	"github.com/badgateway/badgateway/harness/nginx"
)

// longSocket is the longest path that fits into the address of a unix socket (unix(7)), and
// so one that does not fit with a root before it.
var longSocket = "/run/" + strings.Repeat("x", 107-len("/run/"))

// listeners is a configuration with every kind of listener. Each says what it saw.
var listeners = `
worker_processes 1;
error_log stderr notice;
events { worker_connections 64; }
http {
	access_log off;
	ssl_certificate /etc/nginx/own.pem;
	ssl_certificate_key /etc/nginx/own.key;
	server {
		listen 80;
		allow 10.9.8.0/24;
		deny all;
		root /srv;
	}
	server { listen 81 proxy_protocol; return 200 "$proxy_protocol_addr $remote_addr"; }
	server { listen 127.0.0.1:8081; return 200 "$remote_addr $server_addr"; }
	server { listen unix:/run/x.sock; return 200 "x $remote_addr"; }
	server { listen unix:` + longSocket + `; return 200 "long $remote_addr"; }
	server { listen unix:/run/p.sock proxy_protocol; return 200 "$proxy_protocol_addr"; }
	server {
		listen 443 ssl default_server;
		ssl_client_certificate /etc/nginx/authority.pem;
		ssl_verify_client on;
		return 200 "default [$ssl_server_name] $ssl_client_verify";
	}
	server {
		listen 443 ssl;
		server_name two.test;
		ssl_client_certificate /etc/nginx/authority.pem;
		ssl_verify_client on;
		return 200 "two [$ssl_server_name] $ssl_client_verify $ssl_client_s_dn";
	}
	server {
		listen 444 ssl;
		ssl_protocols TLSv1.2;
		ssl_reject_handshake on;
	}
	server { listen 445 ssl proxy_protocol; return 200 "$proxy_protocol_addr $ssl_server_name"; }
	server { listen 446 ssl http2; return 200 "$server_protocol $scheme $ssl_alpn_protocol $host"; }
	server {
		listen 82 http2;
		location / { return 200 "$server_protocol $scheme $host $request_uri"; }
		location /app { proxy_pass http://` + agent.HostAddr(0).String() + `:8080; }
	}
}
`

// listening is a lab whose gateway has every kind of listener.
func listening(t *testing.T) *lab {
	t.Helper()
	r := runtimeFor(t)
	program, err := r.program(t.Context(), "nginx")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := authority.New()
	if err != nil {
		t.Fatal(err)
	}
	build := agent.Build{Hosts: 1, Bays: 1}
	if build.Authority.Certificate, build.Authority.Key, err = signer.PEM(); err != nil {
		t.Fatal(err)
	}
	certificate, key, err := signer.LeafPEM("own.test")
	if err != nil {
		t.Fatal(err)
	}
	launch := r.users.launch(program, harness.Boot{Command: []string{"nginx", "-g", "daemon off;"}, Files: []harness.File{
		{Path: nginx.Path, Text: []byte(listeners)}, {Path: "/srv/index.html", Text: []byte("come in")},
		{Path: "/etc/nginx/own.pem", Text: certificate}, {Path: "/etc/nginx/own.key", Text: key}, {Path: "/etc/nginx/authority.pem", Text: build.Authority.Certificate},
	}})
	launch.Root.Entries = append(launch.Root.Entries, agent.Entry{Path: "/sockets", Link: "/run"})
	l, err := r.start(t.Context(), program.Root, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.destroy() })
	if _, err := l.agent.Build(t.Context(), build); err != nil {
		t.Fatal(err)
	}
	var log harness.Log
	l.agent.Output(&log)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the gateway said:\n%s", strings.Join(log.Lines(), "\n"))
		}
	})
	if err := l.agent.Launch(t.Context(), launch); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := l.agent.Listening(ctx, at(80)); err != nil {
		t.Fatal(err)
	}
	return l
}

// asks asks with what such a test does not care about.
func (l *lab) asks(t *testing.T, a agent.Ask) agent.Exchange {
	t.Helper()
	a.Patience = patience
	if a.Method == "" {
		a.Method = "GET"
	}
	if a.Request == nil {
		a.Request = []byte("GET /a?b HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n")
	}
	x, err := l.agent.Ask(t.Context(), a)
	if err != nil {
		t.Fatalf("asking %+v: %v", a, err)
	}
	return x
}

func at(port uint16) netip.AddrPort { return netip.AddrPortFrom(agent.Front, port) }

func TestEveryKindOfListenerIsReached(t *testing.T) {
	l := listening(t)
	visitor := agent.Visitor(0)
	named := func(name string) *agent.ClientTLS { return &agent.ClientTLS{ServerName: name} }
	for name, c := range map[string]struct {
		ask  agent.Ask
		line string
		says string
	}{
		"TLS with a name":          {agent.Ask{From: visitor, To: at(443), TLS: named("two.test"), Request: []byte("GET / HTTP/1.1\r\nHost: two.test\r\n\r\n")}, "HTTP/1.1 200 OK", "two [two.test] SUCCESS CN=client"},
		"TLS with another name":    {agent.Ask{From: visitor, To: at(443), TLS: named("three.test")}, "HTTP/1.1 200 OK", "default [three.test] SUCCESS"},
		"TLS without a name":       {agent.Ask{From: visitor, To: at(443), TLS: named("")}, "HTTP/1.1 200 OK", "default [] SUCCESS"},
		"plain where TLS is":       {agent.Ask{From: visitor, To: at(446)}, "HTTP/1.1 400 Bad Request", ""},
		"PROXY":                    {agent.Ask{From: visitor, To: at(81), Proxy: true}, "HTTP/1.1 200 OK", "198.19.0.1 198.19.0.1"},
		"PROXY before TLS":         {agent.Ask{From: visitor, To: at(445), Proxy: true, TLS: named("p.test")}, "HTTP/1.1 200 OK", "198.19.0.1 p.test"},
		"HTTP/2":                   {agent.Ask{From: visitor, To: at(82), HTTP2: true}, "HTTP/2 200", "HTTP/2.0 http app.test /a?b"},
		"HTTP/2 over TLS":          {agent.Ask{From: visitor, To: at(446), HTTP2: true, TLS: named("b.test")}, "HTTP/2 200", "HTTP/2.0 https h2 app.test"},
		"HTTP/1.1 by ALPN":         {agent.Ask{From: visitor, To: at(446), TLS: named("b.test")}, "HTTP/1.1 200 OK", "HTTP/1.1 https http/1.1 app.test"},
		"loopback":                 {agent.Ask{From: netip.MustParseAddr("127.0.0.9"), To: netip.MustParseAddrPort("127.0.0.1:8081")}, "HTTP/1.1 200 OK", "127.0.0.9 127.0.0.1"},
		"a unix socket":            {agent.Ask{Socket: "/run/x.sock"}, "HTTP/1.1 200 OK", "x unix:"},
		"one by a link":            {agent.Ask{Socket: "/sockets/x.sock"}, "HTTP/1.1 200 OK", "x unix:"},
		"one with a long path":     {agent.Ask{Socket: longSocket}, "HTTP/1.1 200 OK", "long unix:"},
		"PROXY at a unix socket":   {agent.Ask{Socket: "/run/p.sock", From: netip.MustParseAddr("10.9.8.7"), Proxy: true}, "HTTP/1.1 200 OK", "10.9.8.7"},
		"PROXY there, from nobody": {agent.Ask{Socket: "/run/p.sock", Proxy: true}, "HTTP/1.1 200 OK", "198.19.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			x := l.asks(t, c.ask)
			if !x.Response.Whole || x.Response.Line != c.line || c.says != "" && string(x.Response.Tail) != c.says || x.Err != "" {
				t.Errorf("it says %q, %q; want %q, %q\n%+v", x.Response.Line, x.Response.Tail, c.line, c.says, x)
			}
			if x.FirstByte <= 0 || x.Ended < x.FirstByte {
				t.Errorf("its times are %v and %v", x.FirstByte, x.Ended)
			}
		})
	}
}

func TestAListenerThatDoesNotTakeAClient(t *testing.T) {
	l := listening(t)
	visitor := agent.Visitor(0)
	for name, c := range map[string]struct {
		ask  agent.Ask
		end  agent.End
		says string // Exchange.Err and Response.Problem
	}{
		"by its name":               {agent.Ask{From: visitor, To: at(444), TLS: &agent.ClientTLS{ServerName: "no.test"}}, agent.EndRefused, "TLS handshake: remote error: tls: "},
		"by its protocol":           {agent.Ask{From: visitor, To: at(443), TLS: &agent.ClientTLS{}, HTTP2: true}, agent.EndRefused, "TLS handshake: "},
		"as it speaks no TLS":       {agent.Ask{From: visitor, To: at(80), TLS: &agent.ClientTLS{}}, agent.EndRefused, "does not look like a TLS handshake"},
		"as it speaks no HTTP/2":    {agent.Ask{From: visitor, To: at(80), HTTP2: true}, agent.EndFIN, "no HTTP/2"},
		"as there is no header":     {agent.Ask{From: visitor, To: at(81)}, agent.EndFIN, "the connection was closed"},
		"as there is no socket":     {agent.Ask{Socket: "/run/y.sock"}, agent.EndRefused, "unix socket: no such file or directory"},
		"as it is another thing":    {agent.Ask{Socket: "/srv/index.html"}, agent.EndRefused, "unix socket: connection refused"},
		"as it is on loopback only": {agent.Ask{From: visitor, To: at(8081)}, agent.EndRefused, "connection refused"},
	} {
		t.Run(name, func(t *testing.T) {
			x := l.asks(t, c.ask)
			if x.End != c.end || !strings.Contains(x.Err+x.Response.Problem, c.says) || x.Response.Status != 0 {
				t.Errorf("it ended with %+v, want %s, %q", x, c.end, c.says)
			}
		})
	}
	// A gateway that has ended has no sockets any more.
	if err := l.agent.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if x := l.asks(t, agent.Ask{Socket: "/run/x.sock"}); x.End != agent.EndRefused || x.Err != "the gateway has ended" {
		t.Errorf("after the gateway's end: %+v", x)
	}
}

// What happens to an upstream comes through to a client of HTTP/2 as that says it.
func TestAClientOfHTTP2SeesWhatBecameOfItsRequest(t *testing.T) {
	l := listening(t)
	long := strings.Repeat("0123456789", 20_000)
	get := "GET /app HTTP/1.1\r\nHost: app.test\r\n\r\n"
	for name, c := range map[string]struct {
		script  string
		request string
		status  int
		whole   bool
		end     agent.End
		problem string
		body    int
		least   time.Duration // until the first byte: the gateway says much before it answers
	}{
		"served":      {"serve", get, 200, true, agent.EndComplete, "", -1, 0},
		"a long body": {"serve", fmt.Sprintf("POST /app HTTP/1.1\r\nHost: app.test\r\nContent-Length: %d\r\n\r\n%s", len(long), long), 200, true, agent.EndComplete, "", -1, 0},
		"refused":     {"", get, 502, true, agent.EndComplete, "", -1, 0},
		"cut":         {`read-request; write "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"; close`, get, 200, false, agent.EndReset, "RST_STREAM INTERNAL_ERROR", 3, 0},
		"late":        {`read-request; wait 200ms; write "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"; close`, get, 200, true, agent.EndComplete, "", 3, 200 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			if err := l.agent.SetHost(t.Context(), agent.Host{Script: c.script}); err != nil {
				t.Fatal(err)
			}
			x := l.asks(t, agent.Ask{From: agent.Visitor(0), To: at(82), HTTP2: true, Request: []byte(c.request)})
			r := x.Response
			if r.Status != c.status || r.Whole != c.whole || x.End != c.end || r.Problem != c.problem || x.Err != "" {
				t.Errorf("it saw %+v; want %+v", x, c)
			}
			if x.FirstByte < c.least || x.FirstByte == 0 {
				t.Errorf("its first byte came after %v, want at least %v", x.FirstByte, c.least)
			}
			if c.body >= 0 && r.Body != c.body || c.body < 0 && !bytes.HasSuffix(r.Tail, []byte("\n")) {
				t.Errorf("it got a body of %d bytes, %q", r.Body, r.Tail)
			}
		})
	}
}

// routeVariable makes the test's executable a way back from a lab's gateway to all clients.
const routeVariable = "LOCAL_TEST_ROUTE"

// leadBack is what is started in a lab's network for that.
func leadBack() {
	link, err := netlink.LinkByName("clients")
	if err == nil {
		err = netlink.RouteReplace(&netlink.Route{LinkIndex: link.Attrs().Index, Gw: agent.Visitor(0).AsSlice()})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func TestAClientComesFromWhereItIsLetIn(t *testing.T) {
	enter, err := exec.LookPath("nsenter")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED, NOTHING WAS TESTED: %v", err)
	}
	l := listening(t)
	if l.runtime.users == single {
		t.Skip("SKIPPED, NOTHING WAS TESTED: whoever enters a lab of one user holds no capability to lay a route")
	}
	self, err := os.Executable()
	cmd := exec.CommandContext(t.Context(), enter, "--target", strconv.Itoa(l.cmd.Process.Pid), "--user", "--net", "--preserve-credentials", self)
	cmd.Env = append(os.Environ(), routeVariable+"=1")
	said, runErr := cmd.CombinedOutput()
	if err := errors.Join(err, runErr); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	for from, want := range map[string]string{"10.9.8.7": "200 come in", "10.9.9.7": "403", "198.19.0.1": "403"} {
		x := l.asks(t, agent.Ask{From: netip.MustParseAddr(from), To: at(80), Request: []byte("GET / HTTP/1.1\r\nHost: app.test\r\n\r\n")})
		if got := fmt.Sprintf("%d %s", x.Response.Status, x.Response.Tail); !strings.HasPrefix(got, want) {
			t.Errorf("from %s it is answered %q, want %q: %+v", from, got, want, x)
		}
	}
}
