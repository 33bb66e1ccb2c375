package routes

import (
	"fmt"
	"strings"
	"testing"
)

// upstreamTold is an upstream in one line: the group, what is spoken, and the members.
func upstreamTold(u Upstream) string {
	text := string(u.Protocol)
	if u.TLS {
		text += " tls"
	}
	if u.Group != nil {
		text += " " + u.Group.Arg(0)
	}
	for _, m := range u.Members {
		text += " " + m.Server.String()
		if m.Server.Socket != "" && m.Server.Addr.IsValid() || m.Server.Name != "" && m.Server.Addr.Addr().IsValid() {
			text += "?"
		}
		if m.Backup {
			text += "(backup)"
		}
		if m.Down {
			text += "(down)"
		}
	}
	return text
}

func TestWhatIsPassedOnTo(t *testing.T) {
	for pass, want := range map[string]string{
		"proxy_pass http://app.test;":                      "http/1.1 app.test:80",
		"proxy_pass http://App.Test.:8080/x?y;":            "http/1.1 app.test:8080",
		"proxy_pass http://app.test?a=/b;":                 "http/1.1 app.test:80",
		"proxy_pass https://app.test/;":                    "http/1.1 tls app.test:443",
		"proxy_pass https://app.test:8443;":                "http/1.1 tls app.test:8443",
		"proxy_pass http://10.0.0.1:81;":                   "http/1.1 10.0.0.1:81",
		"proxy_pass http://localhost:81;":                  "http/1.1 127.0.0.1:81",
		"proxy_pass http://[::1]:81/;":                     "http/1.1 [::1]:81",
		"proxy_pass http://[2001:db8::1];":                 "http/1.1 [2001:db8::1]:80",
		"proxy_pass http://unix:/run/../run/app.sock:/x/;": "http/1.1 unix:/run/app.sock",
		"proxy_pass http://unix:/run/app.sock;":            "http/1.1 unix:/run/app.sock",
		"proxy_pass http://app.test:x;":                    "http/1.1",
		"proxy_pass http://$host;":                         "http/1.1",
		"proxy_pass http://app.test$request_uri;":          "http/1.1", // looked up as requests come
		"proxy_pass https://$host:8443$request_uri;":       "http/1.1 tls",
		"proxy_pass http://pool;":                          "http/1.1 pool a.test:80 b.test:8080(backup) 10.0.0.1:80(down) unix:/run/p.sock [::1]:81",
		"proxy_pass https://POOL/x;":                       "http/1.1 tls pool a.test:80 b.test:8080(backup) 10.0.0.1:80(down) unix:/run/p.sock [::1]:81",
		"proxy_pass http://pool/$uri;":                     "http/1.1 pool a.test:80 b.test:8080(backup) 10.0.0.1:80(down) unix:/run/p.sock [::1]:81",
		"proxy_pass $scheme://pool$request_uri;":           "http/1.1 pool a.test:80 b.test:8080(backup) 10.0.0.1:80(down) unix:/run/p.sock [::1]:81",
		"proxy_pass http://pool$suffix;":                   "http/1.1",
		"proxy_pass http://pool:8080;":                     "http/1.1 pool:8080",
		"fastcgi_pass app.test:9000;":                      "fastcgi app.test:9000",
		"fastcgi_pass unix:/run/php.sock;":                 "fastcgi unix:/run/php.sock",
		"fastcgi_pass pool;":                               "fastcgi pool a.test:80 b.test:8080(backup) 10.0.0.1:80(down) unix:/run/p.sock [::1]:81",
		"uwsgi_pass uwsgi://app.test:3031;":                "uwsgi app.test:3031",
		"uwsgi_pass suwsgi://app.test:3031;":               "uwsgi tls app.test:3031",
		"scgi_pass 10.0.0.1:4000;":                         "scgi 10.0.0.1:4000",
		"memcached_pass localhost:11211;":                  "memcached 127.0.0.1:11211",
		"grpc_pass grpc://app.test:50051;":                 "grpc app.test:50051",
		"grpc_pass app.test:50051;":                        "grpc app.test:50051",
		"grpc_pass grpcs://app.test:50051;":                "grpc tls app.test:50051",
	} {
		ways, _ := Find(parsed(t, `
upstream Empty { zone a 1m; }
upstream pool {
	least_conn;
	server a.test;
	server b.test:8080 max_fails=3 backup;
	server 10.0.0.1 down;
	server unix:/run/p.sock weight=2;
	server [::1]:81;
	server broken:port;
}
server { location / { `+pass+` } }`))
		same(t, pass, strings.ToLower(upstreamTold(ways[0].Upstream)), want)
	}
}

func TestServersThatAreDownAreAskedForNothing(t *testing.T) {
	ways, _ := Find(parsed(t, "upstream p { server a:1; server b:2 down; server c:3 backup; } server { location / { proxy_pass http://p; } location /v { proxy_pass http://$v; } }"))
	same(t, "servers", fmt.Sprint(ways[0].Upstream.Servers()), "[a:1 c:3]")
	if ways[0].Upstream.Variable() || !ways[1].Upstream.Variable() {
		t.Error("what is known only when a request comes is the second alone")
	}
	if m := ways[0].Upstream.Members[2]; m.Line.Arg(0) != "c:3" {
		t.Errorf("a member's line is %v", m.Line)
	}
}
