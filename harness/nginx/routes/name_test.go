package routes

import "testing"

// By which name a server is asked for.
func TestHostOf(t *testing.T) {
	for names, want := range map[string]string{
		"":                                      "gateway.test",
		"server_name _;":                        "gateway.test",
		`server_name "";`:                       "gateway.test",
		"server_name $hostname;":                "gateway.test",
		"server_name a.test b.test;":            "a.test",
		"server_name _ b.test;":                 "b.test",
		"server_name *.a.test b.test;":          "b.test", // what is written goes before what is made up
		"server_name *.a.test;":                 "gateway.a.test",
		"server_name www.a.*;":                  "www.a.gateway",
		"server_name .a.test;":                  "a.test",
		`server_name ~^www\d+\.a\.test$;`:       "www1.a.test",
		`server_name ~^(?<who>\w+)\.A\.test;`:   "x.a.test",
		`server_name ~^.+/x$ c.test;`:           "c.test",
		"server_name ~(((; server_name d.test;": "d.test",
		"server_name 10.0.0.1;":                 "10.0.0.1",
	} {
		same(t, names, HostOf(server(t, names)), want)
	}
}

// In TLS a client names the host, but no address.
func TestServerName(t *testing.T) {
	for host, want := range map[string]string{"a.test": "a.test", "10.0.0.1": "", "::1": ""} {
		same(t, host, serverName(host), want)
	}
	visits, _ := visitsOf(t, "listen 443 ssl; server_name 10.0.0.1; location = / { proxy_pass http://a; }")
	same(t, "the visit", visits[0], "GET https://10.0.0.1/ at 0.0.0.0:443, tls ")
}

func TestServerOf(t *testing.T) {
	c := parsed(t, `
server { server_name unwritten.test; }
server { listen 80; listen 81 default_server; server_name first; }
server { listen 81; server_name shop.test .dotted.test; }
server { listen 81; server_name *.wild.test; }
server { listen 81; server_name *.very.wild.test; }
server { listen 81; server_name wild.*; }
server { listen 81; server_name ~^shop\d+; }
server { listen 81; server_name ~^shop1; }
server { listen 81; server_name shop.test; }
server { listen 82; server_name a; }
server { listen [::]:82; listen 82 default; server_name b; }
server { listen unix:/run/83; server_name c; }`)
	for _, ask := range []struct {
		host string
		port uint16
		want string
	}{
		{"unwritten.test", 80, "unwritten.test"}, {"nobody", 80, "unwritten.test"}, {"first", 80, "first"},
		{"nobody", 81, "first"}, {"shop.test", 81, "shop.test"}, {"SHOP.test", 81, "shop.test"},
		{"dotted.test", 81, "shop.test"}, {"a.dotted.test", 81, "shop.test"},
		{"a.wild.test", 81, "*.wild.test"}, {"a.very.wild.test", 81, "*.very.wild.test"}, {"wild.test", 81, "wild.*"}, {"wild.com", 81, "wild.*"},
		{"shop7", 81, `~^shop\d+`}, {"shop1", 81, `~^shop\d+`},
		{"nobody", 82, "b"}, {"a", 82, "a"}, {"c", 83, ""}, {"a", 9, ""},
	} {
		got := ""
		if s := ServerOf(c, ask.host, ask.port); s != nil {
			got = s.Find("server_name")[0].Arg(0)
		}
		if got != ask.want {
			t.Errorf("%s:%d is served by %q, want %q", ask.host, ask.port, got, ask.want)
		}
	}
}

// The folder that is nearest counts, whichever directive names it.
func TestRoot(t *testing.T) {
	for _, c := range []struct{ server, want string }{
		{"location / { fastcgi_pass a:1; }", ""},
		{"root /srv; location / { fastcgi_pass a:1; }", "/srv"},
		{"root /srv; location / { root /www; fastcgi_pass a:1; }", "/www"},
		{"root /srv; location / { alias /www; fastcgi_pass a:1; }", "/www"},
		{"root /srv; location / { alias /www; location ~ a { fastcgi_pass a:1; } }", "/www"},
	} {
		ways, _ := Find(parsed(t, "server { "+c.server+" }"))
		same(t, c.server, Root(ways[0]), c.want)
	}
	ways, _ := Find(parsed(t, "root /all; server { location / { fastcgi_pass a:1; } }"))
	same(t, "that of all servers", Root(ways[0]), "/all")
}
