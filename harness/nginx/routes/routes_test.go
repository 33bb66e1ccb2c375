package routes

import (
	"fmt"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/nginx/config"
)

// parsed reads a configuration of which only what is in http{} is written.
func parsed(t *testing.T, http string) *config.Config {
	t.Helper()
	return whole(t, "events {}\nhttp {\n"+http+"\n}\n")
}

func whole(t *testing.T, text string) *config.Config {
	t.Helper()
	c, err := config.Of([]harness.File{{Path: "/etc/nginx/nginx.conf", Text: []byte(text)}}, func(native string) string { return native })
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// server is the only server of a configuration of which only what is in it is written.
func server(t *testing.T, text string) *config.Directive {
	t.Helper()
	return parsed(t, "server {\n"+text+"\n}").Find("http")[0].Find("server")[0]
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}

// told is all of a visit, but for what every visit has.
func told(v harness.Visit) string {
	text := ID(v)
	if v.Socket == "" {
		text += " at " + v.At.String()
	}
	for _, said := range []struct {
		is   bool
		word string
	}{{v.Proxy, "proxy"}, {v.HTTP2, "h2"}, {v.From.IsValid(), "from " + v.From.String()}} {
		if said.is {
			text += ", " + said.word
		}
	}
	if v.TLS != nil {
		text += ", tls " + v.TLS.ServerName
	}
	for _, f := range v.Fields {
		if f.Value != userAgent {
			text += fmt.Sprintf(", %s: %s", f.Name, f.Value)
		}
	}
	return text
}

// first are the likeliest visits of all ways, or what hinders them.
func first(ways []Way) string {
	var lines []string
	for _, w := range ways {
		if w.Hindrance != "" {
			lines = append(lines, "none: "+w.Hindrance)
			continue
		}
		lines = append(lines, told(w.Visits[0]))
	}
	return strings.Join(lines, "\n")
}

func TestEveryPassIsAWay(t *testing.T) {
	ways, blind := Find(parsed(t, `
server {
	listen 80;
	server_name a.test;
	location / { proxy_pass http://web; }
	location /deep/ { root /srv; location ~ \.php$ { fastcgi_pass php:9000; } }
	location /both { if ($request_method = POST) { proxy_pass http://writer; } proxy_pass http://reader; }
	location /limited { limit_except GET HEAD { proxy_pass http://writer; } proxy_pass http://reader; }
}
server { listen 81; server_name b.test; location / { grpc_pass grpc://rpc:50051; } }
server { listen 82; server_name c.test; location / { uwsgi_pass app:3031; } location /s { scgi_pass app:4000; } location /m { memcached_pass cache:11211; } }`))
	same(t, "the visits", first(ways), `GET http://a.test/ at 0.0.0.0:80
GET http://a.test/deep/index.php at 0.0.0.0:80
POST http://a.test/both at 0.0.0.0:80
GET http://a.test/both at 0.0.0.0:80
POST http://a.test/limited at 0.0.0.0:80
GET http://a.test/limited at 0.0.0.0:80
GET http://b.test:81/ at 0.0.0.0:81
GET http://c.test:82/index.php at 0.0.0.0:82
GET http://c.test:82/s at 0.0.0.0:82
GET http://c.test:82/m at 0.0.0.0:82`)
	if len(blind) != 1 || blind[0].Location.Arg(0) != "/deep/" {
		t.Errorf("%d locations lead to no upstream, want /deep/ alone", len(blind))
	}
}

// What stands outside of http{} is none: stream{} has servers and passes too.
func TestStreamsAreNoRoutes(t *testing.T) {
	ways, blind := Find(whole(t, "events {}\nstream { upstream db { server a:1; } server { listen 1; proxy_pass db; } }\n"))
	if len(ways)+len(blind) != 0 {
		t.Errorf("%d ways and %d blind locations", len(ways), len(blind))
	}
}

func TestWhyALocationLeadsNowhere(t *testing.T) {
	for does, why := range map[string]string{
		"return 204;":                         "return 204;",
		"root /srv; return 301 /a;":           "return 301 /a;",
		"rewrite ^ /b last;":                  "rewrite ^ /b last;",
		"deny all;":                           "deny all;",
		"deny 10.0.0.1; alias /srv/;":         "it serves files: alias /srv/;",
		"stub_status;":                        "stub_status;",
		"empty_gif;":                          "empty_gif;",
		"try_files $uri =404;":                "try_files $uri =404;",
		"root /srv;":                          "it serves files: root /srv;",
		"location /here/x { return 204; }":    "what it does, the locations in it do",
		"expires 1d;":                         "it serves files",
		"allow 10.0.0.0/8; return 200 'hey';": "return 200 hey;",
	} {
		_, blind := Find(parsed(t, "server { location /here { "+does+" } }"))
		same(t, does, blind[0].Why, why)
	}
}

func TestAVisitHasAName(t *testing.T) {
	for _, c := range []struct{ server, want string }{
		{"listen 80; server_name shop.test;", "GET http://shop.test/"},
		{"listen 8080; server_name shop.test;", "GET http://shop.test:8080/"},
		{"listen 443 ssl; server_name shop.test;", "GET https://shop.test/"},
		{"listen 80 ssl; server_name shop.test;", "GET https://shop.test:80/"},
		{"listen 443; server_name shop.test;", "GET http://shop.test:443/"},
		{"listen unix:/run/edge.sock; server_name shop.test;", "GET http://unix:/run/edge.sock:shop.test/"},
		{"listen unix:/run/edge.sock ssl; server_name shop.test;", "GET https://unix:/run/edge.sock:shop.test/"},
	} {
		ways, _ := Find(parsed(t, "server { "+c.server+" location / { proxy_pass http://a; } }"))
		same(t, c.server, ID(ways[0].Visits[0]), c.want)
	}
}

func TestAPathIsEscaped(t *testing.T) {
	ways, _ := Find(parsed(t, `server { location "/a b/%" { proxy_pass http://a; } location = /é { proxy_pass http://a; } }`))
	same(t, "the visits", first(ways), "GET http://gateway.test/a%20b/%25 at 0.0.0.0:80\nGET http://gateway.test/%C3%A9 at 0.0.0.0:80")
}
