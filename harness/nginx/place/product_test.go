package place

import (
	"strings"
	"testing"
)

// NGINX is the first that knows all that is written.
func TestWhichNGINX(t *testing.T) {
	for http, want := range map[string]string{
		"server { listen 80; }":                                  "nginx",
		"server { listen 443 ssl http2; }":                       "nginx",
		"resolver 10.0.0.1 ipv4=off;":                            "nginx@1.26",
		"server { http2 on; }":                                   "nginx@1.26",
		"server { listen 443 quic; }":                            "nginx@1.26",
		"upstream a { zone a 1m; server b resolve; }":            "nginx@1.30",
		"server { http2 on; proxy_pass_trailers on; }":           "nginx@1.30",
		"more_set_headers a;":                                    "nginx+http-headers-more-filter",
		"more_set_headers a; server { http2 on; }":               "nginx@1.26+http-headers-more-filter",
		"more_set_headers a; more_clear_headers b; geoip2 x { }": "nginx+http-headers-more-filter+http-geoip2",
	} {
		same(t, http, made(t, main(http), "").Boot.From, want)
	}
	same(t, "the one that was asked for", made(t, main("more_set_headers a; server { http2 on; }"), "nginx@1.22").Boot.From, "nginx@1.22+http-headers-more-filter")
}

// A module is loaded where the configuration does not do it, in their order.
func TestModulesAreLoaded(t *testing.T) {
	const home = "/usr/lib/nginx/modules/"
	for _, c := range []struct{ name, archive, loads, added string }{
		{"of no file", main("server { set_md5 $a b; content_by_lua_block { } }"),
			"load_module " + home + "ndk_http_module.so; load_module " + home + "ngx_http_set_misc_module.so; load_module " + home + "ngx_http_lua_module.so; daemon off;", ""},
		{"of a file at its place", "-- nginx.conf --\nload_module " + home + "ngx_stream_module.so;\nevents {}\nstream {}\nhttp {}\n", "daemon off;", ""},
		{"of a file elsewhere", "-- nginx.conf --\nload_module modules/ngx_stream_module.so;\nevents {}\nstream {}\nhttp {}\n", "daemon off;",
			"/etc/nginx/modules/ngx_stream_module.so -> " + home + "ngx_stream_module.so"},
		{"that was handed over", "-- nginx.conf --\nload_module modules/ngx_stream_module.so;\nevents {}\nstream {}\nhttp {}\n-- modules/ngx_stream_module.so --\nx\n", "daemon off;", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := made(t, c.archive, "")
			same(t, "loads", strings.Join(p.Boot.Command[6:], " "), c.loads)
			same(t, "added", added(p), c.added)
		})
	}
}

// A server that speaks TLS without a certificate gets one from further out.
func TestACertificateForWhoHasNone(t *testing.T) {
	const own = "/etc/nginx/.badgateway.crt 644 CERTIFICATE+CERTIFICATE\n/etc/nginx/.badgateway.key 600 PRIVATE KEY\n"
	const tls = "server { listen 443 ssl; }"
	for _, c := range []struct{ name, archive, want string }{
		{"a main file that includes what is in a folder", main("include conf.d/*.conf; " + tls), own + "/etc/nginx/conf.d/00-badgateway.conf 644 " + ownPair},
		{"whatever it is called", main("include conf.d/*.conf.live; " + tls), own + "/etc/nginx/conf.d/00-badgateway.conf.live 644 " + ownPair},
		{"all of a folder", main("include sites/*; " + tls), own + "/etc/nginx/sites/00-badgateway 644 " + ownPair},
		{"not of many folders", main("include */*.conf; include a/b?.conf; include c/*.*; include sites/*; " + tls), own + "/etc/nginx/sites/00-badgateway 644 " + ownPair},
		{"what refuses needs none", main("server { listen 443 ssl; ssl_reject_handshake on; }"), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := made(t, c.archive, "")
			if err := p.Problem(); err != nil {
				t.Fatal(err)
			}
			same(t, "added", added(p), c.want)
		})
	}
	t.Run("a main file of the project's making", func(t *testing.T) {
		p := made(t, "-- conf.d/a.conf --\n"+tls+"\n", "")
		if text := string(p.text("/etc/nginx/nginx.conf")); strings.Count(text, "http {\n\t"+ownPair+"\n") != 1 || p.Problem() != nil {
			t.Errorf("%v:\n%s", p.Problem(), text)
		}
	})
	t.Run("nowhere to put it", func(t *testing.T) {
		for _, include := range []string{"", "server { include conf.d/*.conf; }", "include conf.d/a.conf;"} {
			p := made(t, main(include+"\n"+tls), "")
			if len(p.Lacking) != 1 {
				t.Fatalf("%s: %d things are lacking", include, len(p.Lacking))
			}
			same(t, "what is lacking", strings.Join([]string{p.Lacking[0].At, p.Lacking[0].What, p.Lacking[0].Remedy}, "|"),
				"deploy/nginx.conf:4:10|TLS without a certificate: listen 443 ssl;|add an ssl_certificate, or hand over the file that has it")
		}
	})
}
