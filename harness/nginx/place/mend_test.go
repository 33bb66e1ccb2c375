package place

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// emerg is a line in which NGINX 1.22.1 said why it does not start.
func emerg(text string) string { return "2026/11/25 03:17:58 [emerg] 25087#25087: " + text }

// glob is a main file with a place for what files of others would have had.
func glob(http string) string { return main("include conf.d/*.conf;\n" + http) }

// Each thing that NGINX says is missing has its remedy, which is done once.
func TestMend(t *testing.T) {
	const dropped = "/etc/nginx/conf.d/00-badgateway.conf 644 "
	for _, c := range []struct{ name, archive, says, added, gaps string }{
		{"a variable", glob(""), `unknown "zone" variable`, dropped + `map "" $zone { default ""; }`, "the variable $zone: http{} (gap)"},
		{"the variable of an upgrade", glob(""), `unknown "connection_upgrade" variable`,
			dropped + `map $http_upgrade $connection_upgrade { default upgrade; '' close; }`, "the variable $connection_upgrade: http{} (gap)"},
		{"a log format", glob(""), `unknown log format "json" in /etc/nginx/nginx.conf:1`,
			dropped + `log_format json '$remote_addr "$request" $status';`, "the log format json: http{} (gap)"},
		{"a zone of requests", glob("limit_req zone=slow burst=5;"), `zero size shared memory zone "slow"`,
			dropped + "limit_req_zone $binary_remote_addr zone=slow:1m rate=1000r/s;", "the zone slow: http{} (gap)"},
		{"a zone of connections", glob("limit_conn addr 5;"), `zero size shared memory zone "addr"`,
			dropped + "limit_conn_zone $binary_remote_addr zone=addr:1m;", "the zone addr: http{} (gap)"},
		{"a cache", glob("proxy_cache pages;"), `"proxy_cache" zone "pages" is unknown in /etc/nginx/nginx.conf:1`,
			dropped + "proxy_cache_path /var/cache/nginx/pages keys_zone=pages:1m;", "the cache pages: http{} (gap)"},
		{"a cache of another module", glob("fastcgi_cache pages;"), `"fastcgi_cache" zone "pages" is unknown in /etc/nginx/nginx.conf:1`,
			dropped + "fastcgi_cache_path /var/cache/nginx/pages keys_zone=pages:1m;", "the cache pages: http{} (gap)"},
		{"an upstream", glob(""), `no port in upstream "backend" in /etc/nginx/nginx.conf:1`, dropped + "upstream backend { server backend:80; }", "the upstream backend: http{} (gap)"},
		{"a hash", glob(""), "could not build map_hash, you should increase map_hash_bucket_size: 64", dropped + "map_hash_bucket_size 256;", "a larger hash: http{} (gap)"},
		{"a folder that NGINX makes one in", glob(""), `mkdir() "/srv/no/such" failed (2: No such file or directory)`, "/srv/no/ 777", ""},
		{"a folder that NGINX makes one in, with a slash", glob(""), `mkdir() "/srv/no/such/" failed (2: No such file or directory)`, "/srv/no/ 777", ""},
		{"a folder of a socket", glob(""), "bind() to unix:/srv/none/x.sock failed (2: No such file or directory)", "/srv/none/ 777", ""},
		{"a folder of a log", glob(""), `open() "/srv/none/a.log" failed (2: No such file or directory)`, "/srv/none/ 777", ""},
		{"a folder of a pid", glob(""), `open() "/srv/none/x.pid" failed (2: No such file or directory)`, "/srv/none/ 777", ""},
		{"a file", glob(""), `open() "/srv/none.geo" failed (2: No such file or directory) in /etc/nginx/nginx.conf:1`, "/srv/none.geo 644 ", "an empty file: /srv/none.geo (gap)"},
		{"a certificate", glob(""), `cannot load certificate "/srv/a.pem": BIO_new_file() failed (SSL: error:80000002:system library::No such file or directory:calling fopen(/srv/a.pem, r) error:10000080:BIO routines::no such file)`,
			"/srv/a.pem 600 CERTIFICATE+CERTIFICATE+PRIVATE KEY", ""},
		{"a key", glob(""), `cannot load certificate key "/srv/a.key": BIO_new_file() failed (SSL: error:80000002:system library::No such file or directory:calling fopen(/srv/a.key, r) error:10000080:BIO routines::no such file)`,
			"/srv/a.key 600 CERTIFICATE+CERTIFICATE+PRIVATE KEY", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := made(t, c.archive, "")
			before := len(p.Made)
			if !p.Mend([]string{"2026/11/25 03:17:58 [notice] 1#1: using the \"epoll\" event method", emerg(c.says)}) {
				t.Fatal("nothing was done")
			}
			same(t, "added", added(p), c.added)
			same(t, "gaps", told(p.Gaps()), c.gaps)
			if c.gaps != "" && len(p.Made) != before+1 {
				t.Errorf("%d things were made up", len(p.Made)-before)
			}
			if p.Mend([]string{emerg(c.says)}) {
				t.Error("it was done twice")
			}
		})
	}
}

func TestMendPeople(t *testing.T) {
	p := made(t, glob(""), "")
	for _, says := range []string{`getpwnam("webber") failed in /etc/nginx/nginx.conf:1`, `getgrnam("webbers") failed in /etc/nginx/nginx.conf:1`} {
		if !p.Mend([]string{emerg(says)}) {
			t.Errorf("nothing was done about %s", says)
		}
	}
	same(t, "people", fmt.Sprint(p.Boot.Users, p.Boot.Groups), "[webber] [webbers]")
}

// A module that the configuration loads from a file of others is not loaded twice.
func TestMendModules(t *testing.T) {
	p := made(t, "-- nginx.conf --\ninclude modules-enabled/*.conf;\nevents {}\nstream {}\nhttp { more_set_headers a; }\n", "")
	says := emerg(`module "ngx_stream_module" is already loaded in /etc/nginx/modules-enabled/50-mod-stream.conf:1`)
	if !p.Mend([]string{says}) || p.Mend([]string{says}) {
		t.Error("it is not done once")
	}
	same(t, "the command", p.Boot.Command[6], "load_module /usr/lib/nginx/modules/ngx_http_headers_more_filter_module.so; daemon off;")
	if p.Mend([]string{emerg(`module "ngx_mail_module" is already loaded in /etc/nginx/a.conf:1`)}) {
		t.Error("what was not loaded was left out")
	}
}

// What an NGINX does not know a newer one may.
func TestMendVersions(t *testing.T) {
	for _, c := range []struct{ from, says, want string }{
		{"nginx", `unknown directive "http2" in /etc/nginx/nginx.conf:1`, "nginx@1.26"},
		{"nginx", `invalid parameter "quic" in /etc/nginx/nginx.conf:1`, "nginx@1.26"},
		{"nginx@1.26", `invalid parameter "resolve" in /etc/nginx/nginx.conf:1`, "nginx@1.30"},
		{"nginx+stream", `invalid parameter "resolve" in /etc/nginx/nginx.conf:1`, "nginx@1.26+stream"},
		{"nginx@1.30", `invalid parameter "resolve" in /etc/nginx/nginx.conf:1`, ""},
		{"bin:/opt/nginx", `unknown directive "http2" in /etc/nginx/nginx.conf:1`, ""},
		{"nginx", `unknown directive "js_content" in /etc/nginx/nginx.conf:1`, ""},
	} {
		p := made(t, glob(""), c.from)
		got := ""
		if p.Mend([]string{emerg(c.says)}) {
			got = p.Boot.From
		}
		same(t, c.from+": "+c.says, got, c.want)
	}
}

// Only what keeps NGINX from starting is mended, and only where there is a place for it.
func TestWhatIsNotMended(t *testing.T) {
	for name, lines := range map[string][]string{
		"nothing":            nil,
		"a warning":          {`2026/11/25 03:17:58 [warn] 1#1: unknown "zone" variable`},
		"what nobody knows":  {emerg("something else")},
		"a zone of nobody's": {emerg(`zero size shared memory zone "slow"`)},
	} {
		if made(t, glob(""), "").Mend(lines) {
			t.Errorf("%s was mended", name)
		}
	}
	if p := made(t, main(""), ""); p.Mend([]string{emerg(`unknown "zone" variable`)}) || len(p.Made) != 0 {
		t.Error("it was put where there is no place")
	}
}

// One thing after the other is put into the same file, and a boot is tried in between.
func TestMendOneByOne(t *testing.T) {
	p := made(t, glob("server { listen 443 ssl; }"), "")
	lines := []string{emerg(`unknown "a" variable`), emerg(`unknown "b" variable`)}
	for range lines {
		if !p.Mend(lines) {
			t.Error("nothing was done")
		}
	}
	if p.Mend(lines) {
		t.Error("there was something more to do")
	}
	same(t, "the file", string(p.text("/etc/nginx/conf.d/00-badgateway.conf")), ownPair+"\nmap \"\" $a { default \"\"; }\nmap \"\" $b { default \"\"; }\n")
}

// Into a main file of the project's making all goes at once.
func TestMendAStockMain(t *testing.T) {
	p := made(t, "-- conf.d/a.conf --\nserver { listen 80; }\n", "")
	if !p.Mend([]string{emerg(`unknown "a" variable`)}) || !p.Mend([]string{emerg(`unknown "b" variable`)}) {
		t.Error("nothing was done")
	}
	text := string(p.text("/etc/nginx/nginx.conf"))
	if !slices.Contains(strings.Split(text, "\n"), `	map "" $a { default ""; }`) || strings.Count(text, "map ") != 2 {
		t.Error(text)
	}
}
