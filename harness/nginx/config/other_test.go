package config

import (
	"testing"

	"github.com/badgateway/badgateway/harness"
)

// What is not NGINX's is named for what it looks like.
func TestOthers(t *testing.T) {
	for _, tc := range []struct{ name, text, want string }{
		{"haproxy.cfg", "defaults\n  mode http\nfrontend web\n  bind :80\n  default_backend app\n", "is a HAProxy configuration; check reads NGINX's"},
		{"site.conf", "<VirtualHost *:80>\n  ProxyPass / http://app/\n</VirtualHost>\n", "is an Apache configuration; check reads NGINX's"},
		{"Caddyfile", "shop.test {\n\treverse_proxy app:80\n}\n", "is a Caddy configuration; check reads NGINX's"},
		{"default.vcl", "vcl 4.1;\nbackend default { .host = \"app\"; }\nsub vcl_recv { return (pass); }\n", "is a Varnish configuration; check reads NGINX's"},
		{"traefik.yml", "entryPoints:\n  web:\n    address: :80\n", "is a Traefik configuration; check reads NGINX's"},
		{"envoy.yaml", "static_resources:\n  listeners: []\n", "is an Envoy configuration; check reads NGINX's"},
		{"nginx", "\x7fELF\x02\x01\x01\x00\x00", "is a program, no configuration"},
		{"blob", "a\x00b", "is no text"},
		{"void.conf", " \n", "is empty"},
		{"words.conf", "hello world;\n", "is no configuration of NGINX's: none of its directives is at the top of it"},
		{"snippet.conf", "proxy_read_timeout 5s;\n", "has no server, no upstream and no location in it"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			lay(t, "-- "+tc.name+" --\n"+tc.text)
			_, err := readPath("deploy/"+tc.name, Options{})
			if err == nil || harness.BlameOf(err) != harness.Usage || harness.Hint(err) == "" {
				t.Fatalf("got %v", err)
			}
			same(t, "problem", err.Error(), "deploy/"+tc.name+" "+tc.want)
		})
	}
}

// Prose is told that it does not even end as a configuration does.
func TestProse(t *testing.T) {
	lay(t, "-- README.md --\nShop\n\nIt wants a server{} and a little more; see\nthere.\n")
	_, err := readPath("deploy/README.md", Options{})
	if err == nil {
		t.Fatal("prose was read")
	}
	same(t, "problem", err.Error(), "deploy/README.md:3:40: the file ends within a directive, if it is a configuration of NGINX's")
}

// A folder of them is refused as its files are, and a project for being more than a
// configuration.
func TestFoldersOfOthers(t *testing.T) {
	for _, tc := range []struct{ name, files, want string }{
		{"another product's", "-- etc/haproxy/haproxy.cfg --\nfrontend web\n  bind :80\n", "deploy/etc/haproxy/haproxy.cfg is a HAProxy configuration; check reads NGINX's"},
		{"nobody's", "-- a.txt --\nhello\n", "deploy holds no configuration of NGINX's"},
		{"a project", "-- main.go --\npackage main\n-- infra/edge/nginx.conf --\nevents {}\nhttp {}\n", "deploy is more than a configuration: what looks like NGINX's is in deploy/infra/edge"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			lay(t, tc.files)
			_, err := readPath("deploy", Options{})
			if err == nil || harness.BlameOf(err) != harness.Usage || harness.Hint(err) == "" {
				t.Fatalf("got %v", err)
			}
			same(t, "problem", err.Error(), tc.want)
		})
	}
}
