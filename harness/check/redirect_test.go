package check

import (
	"net/netip"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/nginx/routes"
)

// Who is sent elsewhere goes there, where that is at the same server.
func TestRedirected(t *testing.T) {
	s := opened(t, "events {}\nhttp { server { listen 80; listen 8080; listen 8443 ssl; listen 443 ssl; server_name a.test; ssl_certificate a; ssl_certificate_key a; } }\n")
	server := s.Config.Find("http")[0].Find("server")[0]
	from := harness.Visit{Path: "/here?a=1", Host: "a.test", At: netip.MustParseAddrPort("0.0.0.0:80")}
	for _, c := range []struct {
		status         int
		location, want string
	}{
		{301, "/there", "GET http://a.test/there"},
		{302, "/there?b=2", "GET http://a.test/there?b=2"},
		{307, "/a%20b/", "GET http://a.test/a%20b/"},
		{308, "https://a.test/here?a=1", "GET https://a.test/here?a=1"},
		{301, "https://a.test:443/", "GET https://a.test/"},
		{301, "https://www.a.test/x", "GET https://www.a.test/x"},
		{301, "http://a.test:8080/x", "GET http://a.test:8080/x"},
		{301, "http://a.test/here?a=1", ""}, // where it is already
		{301, "/here?a=1", ""},
		{301, "", ""}, {301, "http://a.test:port/", ""}, {301, "http://[::", ""}, {301, "http://a.test:70000/", ""},
		{200, "/there", ""}, {404, "/there", ""},
	} {
		to, ok := redirected(from, agent.Response{Status: c.status, Fields: []agent.Field{{Name: "Location", Value: c.location}}}, server)
		got := ""
		if ok {
			got = routes.ID(to)
		}
		if got != c.want {
			t.Errorf("%d %q leads to %q, want %q", c.status, c.location, got, c.want)
		}
	}
}

// A server that speaks no TLS is not asked for it.
func TestRedirectedAway(t *testing.T) {
	s := opened(t, "events {}\nhttp { server { listen 80; } }\n")
	r := agent.Response{Status: 301, Fields: []agent.Field{{Name: "Location", Value: "https://a.test/"}}}
	if to, ok := redirected(harness.Visit{Host: "a.test"}, r, s.Config.Find("http")[0].Find("server")[0]); ok {
		t.Errorf("it leads to %s", routes.ID(to))
	}
}
