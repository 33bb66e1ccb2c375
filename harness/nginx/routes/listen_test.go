package routes

import (
	"fmt"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// visitsOf are all visits of the only way through a server.
func visitsOf(t *testing.T, text string) (lines []string, hindrance string) {
	t.Helper()
	ways, _ := Find(parsed(t, "server {\n"+text+"\n}"))
	if len(ways) != 1 {
		t.Fatalf("%d ways, want one", len(ways))
	}
	for _, v := range ways[0].Visits {
		lines = append(lines, told(v))
	}
	return lines, ways[0].Hindrance
}

// Where a server is asked, the easiest first.
func TestWhereAServerIsAsked(t *testing.T) {
	const six, none = "the server listens at IPv6 addresses only, which a lab has not", "the server listens at no address that is asked over TCP or a unix socket"
	for _, c := range []struct{ listens, want string }{
		{"", "GET http://s.test/ at 0.0.0.0:80"},
		{"listen 8080;", "GET http://s.test:8080/ at 0.0.0.0:8080"},
		{"listen *:81;", "GET http://s.test:81/ at 0.0.0.0:81"},
		{"listen :82;", "GET http://s.test:82/ at 0.0.0.0:82"},
		{"listen 10.1.2.3;", "GET http://s.test/ at 10.1.2.3:80"},
		{"listen 10.1.2.3:81 default_server backlog=4;", "GET http://s.test:81/ at 10.1.2.3:81"},
		{"listen 127.0.0.1:81;", "GET http://s.test:81/ at 127.0.0.1:81"},
		{"listen localhost:81;", "GET http://s.test:81/ at 127.0.0.1:81"},
		{"listen edge:81;", "GET http://s.test:81/ at 0.0.0.0:81"},
		{"listen edge;", "GET http://s.test/ at 0.0.0.0:80"},
		{"listen 8000-8010;", "GET http://s.test:8000/ at 0.0.0.0:8000"},
		{"listen 127.0.0.1:8000-8010;", "GET http://s.test:8000/ at 127.0.0.1:8000"},
		{"listen [::]:80; listen 80;", "GET http://s.test/ at 0.0.0.0:80"},
		{"listen [::]:80 ipv6only=off;", "GET http://s.test/ at 0.0.0.0:80"},
		{"listen [::]:80;", six}, {"listen [::1]:80;", six}, {"listen [2001:db8::1];", six},
		{"listen [::1]:80 ipv6only=off;", six},
		{"listen unix:/run/s.sock;", "GET http://unix:/run/s.sock:s.test/"},
		{"listen unix:/run/s.sock; listen 80 proxy_protocol;", "GET http://s.test/ at 0.0.0.0:80, proxy | GET http://unix:/run/s.sock:s.test/"},
		{"listen 443 ssl;", "GET https://s.test/ at 0.0.0.0:443, tls s.test"},
		{"listen 443; ssl on;", "GET https://s.test/ at 0.0.0.0:443, tls s.test"},
		{"listen 443; ssl off;", "GET http://s.test:443/ at 0.0.0.0:443"},
		{"listen 443 ssl http2;", "GET https://s.test/ at 0.0.0.0:443, tls s.test"},
		{"listen 80 http2;", "GET http://s.test/ at 0.0.0.0:80, h2"},
		{"listen 80 http2; listen 81;", "GET http://s.test:81/ at 0.0.0.0:81 | GET http://s.test/ at 0.0.0.0:80, h2"},
		{"listen 80 proxy_protocol;", "GET http://s.test/ at 0.0.0.0:80, proxy"},
		{"listen 443 quic; listen 443 ssl;", "GET https://s.test/ at 0.0.0.0:443, tls s.test"},
		{"listen 443 quic;", none}, {"listen 10.0.0.1:port;", none}, {"listen 10.0.0.1:70000;", none}, {"listen *:80-x;", none},
	} {
		visits, hindrance := visitsOf(t, c.listens+" server_name s.test; location = / { proxy_pass http://a; }")
		got := strings.Join(visits, " | ")
		if len(visits) == 0 {
			got = hindrance
		}
		same(t, c.listens, got, c.want)
	}
}

// A way is tried so often and no more, the likeliest paths at all addresses.
func TestVisitsAreBounded(t *testing.T) {
	var listens strings.Builder
	for port := range 20 {
		fmt.Fprintf(&listens, "listen %d; ", 8000+port)
	}
	visits, _ := visitsOf(t, listens.String()+"location / { proxy_pass http://a; }")
	if len(visits) != mostVisits || !strings.Contains(visits[19], ":8019/ ") || !strings.Contains(visits[20], ":8000/badgateway ") {
		t.Errorf("%d visits: %v", len(visits), visits)
	}
}

func TestListens(t *testing.T) {
	c := whole(t, `events {}
stream { server { listen 53 udp; proxy_pass a:53; } server { listen 10.0.0.1:5432; proxy_pass a:5432; } }
http {
	server { listen 443 ssl; listen 443 quic; listen unix:/run/a.sock; listen [::1]:81; listen [::]:82; listen *:no; }
	server { location / { return 204; } }
	server { listen 443 ssl; listen localhost:83; listen edge:84; }
}`)
	same(t, "listens", fmt.Sprint(Listens(c)), "[10.0.0.1:5432 0.0.0.0:443 [::1]:81 [::]:82 127.0.0.1:83 0.0.0.0:84 0.0.0.0:80 0.0.0.0:53]")
}

// A client who is sent elsewhere comes to the same server if it listens there.
func TestReach(t *testing.T) {
	s := server(t, "listen 80 http2; listen 8080 proxy_protocol; listen 10.0.0.1:443 ssl; listen 8443 ssl http2; listen unix:/run/s.sock ssl; listen [::]:444 ssl;")
	for _, c := range []struct {
		tls  bool
		port uint16
		want string
	}{
		{false, 80, "GET http://s.test/ at 0.0.0.0:80, h2"},
		{false, 8080, "GET http://s.test:8080/ at 0.0.0.0:8080, proxy"},
		{false, 9, "GET http://s.test/ at 0.0.0.0:80, h2"}, // something in front of it has the port
		{true, 443, "GET https://s.test/ at 10.0.0.1:443, tls s.test"},
		{true, 8443, "GET https://s.test:8443/ at 0.0.0.0:8443, tls s.test"},
		{true, 444, "GET https://s.test/ at 10.0.0.1:443, tls s.test"},
	} {
		v := harness.Visit{Path: "/", Host: "s.test", Socket: "/old", Proxy: true, HTTP2: true, TLS: &agent.ClientTLS{}}
		if !Reach(&v, s, c.tls, c.port) {
			t.Errorf("port %d is not reached", c.port)
		}
		same(t, fmt.Sprint(c.port), told(v), c.want)
	}
	v := harness.Visit{Host: "s.test"}
	if Reach(&v, server(t, "listen 80; listen unix:/run/s.sock ssl; listen [::]:443 ssl;"), true, 443) {
		t.Errorf("it is reached at %s", told(v))
	}
}
