package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/badgateway/badgateway/harness"
)

// lay writes files, given as a txtar archive, into a folder deploy of a fresh working
// directory. A file whose text is "-> x" is a link to x.
func lay(t *testing.T, archive string) {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.Mkdir("deploy", 0o755); err != nil {
		t.Fatal(err)
	}
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join("deploy", f.Name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		write := func() error { return os.WriteFile(name, f.Data, 0o644) }
		if target, link := strings.CutPrefix(string(f.Data), "-> "); link {
			write = func() error { return os.Symlink(strings.TrimSpace(target), name) }
		}
		if err := write(); err != nil {
			t.Fatal(err)
		}
	}
}

// passes tells where each proxy_pass is and what it is in.
func passes(c *Config) string {
	var lines []string
	for d := range c.Walk() {
		if d.Name != "proxy_pass" {
			continue
		}
		var in []string
		for p := range d.Up() {
			in = append(in, strings.TrimSuffix(p.String(), " {"))
		}
		lines = append(lines, fmt.Sprintf("%s %s in %s", c.Position(d), d.Arg(0), strings.Join(in, " < ")))
	}
	return strings.Join(lines, "\n")
}

func TestReads(t *testing.T) {
	for _, tc := range []struct {
		name, files string
		path        string // "" is the folder deploy
		at          string
		told        string // how the tree was understood
		passes      string
		also        func(*Config) string // what else is asked
		want        string
	}{{
		name:   "a folder with a main file is /etc/nginx",
		files:  "-- nginx.conf --\nevents {}\nhttp {\n\tserver { location / { proxy_pass http://app; } }\n}\n",
		told:   "deploy is taken for /etc/nginx",
		passes: "deploy/nginx.conf:3:24 http://app in location / < server < http",
	}, {
		name:   "what is included is in the place of its include",
		files:  "-- nginx.conf --\nevents {}\nhttp { include sites/*.conf; }\n-- sites/b.conf --\nserver {\n  include proxy.inc;\n}\n-- sites/.hidden.conf --\nbroken\n-- proxy.inc --\nproxy_pass http://b;\n",
		told:   "deploy is taken for /etc/nginx",
		passes: "deploy/proxy.inc:1:1 http://b in server < http",
	}, {
		name:   "files of servers get a main file around them",
		files:  "-- shop.conf --\nserver { location / { proxy_pass http://shop; } }\n",
		told:   "deploy is taken for /etc/nginx/conf.d",
		passes: "deploy/shop.conf:1:23 http://shop in location / < server < http",
		also:   func(c *Config) string { return fmt.Sprint(c.Stock, " ", c.Entry, " ", missing(c)) },
		want:   "true /etc/nginx/nginx.conf /etc/nginx/nginx.conf:11:2 /etc/nginx/mime.types (stock)",
	}, {
		name:   "includes tell where a folder is installed",
		files:  "-- nginx.conf --\nevents {}\nhttp { include /srv/edge/sites/*.conf; }\n-- sites/a.conf --\nserver { proxy_pass http://a; include /srv/edge/more.inc; }\n-- more.inc --\n# nothing\n",
		told:   "deploy is taken for /srv/edge",
		passes: "deploy/sites/a.conf:1:10 http://a in server < http",
	}, {
		name:   "a file system is read from its root",
		files:  "-- etc/nginx/nginx.conf --\nevents {}\nhttp { include /opt/shop/*.conf; }\n-- opt/shop/a.conf --\nserver { proxy_pass http://a; }\n",
		told:   "deploy is taken for a file system: what is in its etc/ belongs to /etc",
		passes: "deploy/opt/shop/a.conf:1:10 http://a in server < http",
	}, {
		name:   "a file named nginx.conf may be that of a server",
		files:  "-- nginx.conf --\nserver { location / { proxy_pass http://app; } }\n",
		told:   "deploy is taken for /etc/nginx/conf.d",
		passes: "deploy/nginx.conf:1:23 http://app in location / < server < http",
	}, {
		name:   "the place of a folder may be given",
		files:  "-- nginx.conf --\nevents {}\nhttp { include x.conf; }\n-- x.conf --\nserver { proxy_pass http://x; }\n",
		at:     "/usr/share/edge",
		told:   "deploy is taken for /usr/share/edge",
		passes: "deploy/x.conf:1:10 http://x in server < http",
		also:   func(c *Config) string { return c.Entry },
		want:   "/usr/share/edge/nginx.conf",
	}, {
		name:   "a main file brings its folder along",
		files:  "-- prod.conf --\nevents {}\nhttp { include a.conf; }\n-- a.conf --\nserver { proxy_pass http://a; }\n-- nginx.conf --\nnonsense {\n",
		path:   "deploy/prod.conf",
		told:   "deploy/prod.conf is taken for /etc/nginx/nginx.conf",
		passes: "deploy/a.conf:1:10 http://a in server < http",
	}, {
		name:   "a single file of a server",
		files:  "-- shop --\nserver { proxy_pass http://a; }\n-- other.conf --\nserver { proxy_pass http://b; }\n",
		path:   "deploy/shop",
		told:   "deploy/shop is taken for /etc/nginx/conf.d/shop.conf",
		passes: "deploy/shop:1:10 http://a in server < http",
	}, {
		name:   "a single file of locations gets a server around it",
		files:  "-- api.inc --\nlocation /api { proxy_pass http://api; }\n",
		path:   "deploy/api.inc",
		told:   "deploy/api.inc is taken for /etc/nginx/snippets/api.inc",
		passes: "deploy/api.inc:1:17 http://api in location /api < server < http",
	}, {
		name:   "what belongs in a location gets one",
		files:  "-- pass.conf --\nproxy_set_header Host $host;\nproxy_pass http://api;\n",
		path:   "deploy/pass.conf",
		told:   "deploy/pass.conf is taken for /etc/nginx/snippets/pass.conf",
		passes: "deploy/pass.conf:2:1 http://api in location / < server < http",
	}, {
		name:   "a server that passes bytes on belongs in stream",
		files:  "-- db.conf --\nupstream db { server db:5432; }\nserver { listen 5432; proxy_pass db; }\n",
		told:   "deploy is taken for /etc/nginx/conf.d",
		passes: "deploy/db.conf:2:23 db in server < stream",
	}, {
		name:   "links are followed within the tree",
		files:  "-- nginx.conf --\nevents {}\nhttp { include sites-enabled/*; }\n-- sites-enabled/a --\n-> ../sites-available/a\n-- sites-available/a --\nserver { proxy_pass http://a; }\n-- sites-available/b --\nserver { proxy_pass http://b; }\n",
		told:   "deploy is taken for /etc/nginx",
		passes: "deploy/sites-available/a:1:10 http://a in server < http",
		also:   func(c *Config) string { return fmt.Sprint(c.Unread) },
		want:   "[deploy/sites-available/b]",
	}, {
		name:   "available sites are enabled where none is",
		files:  "-- nginx.conf --\nevents {}\nhttp { include sites-enabled/*; }\n-- sites-available/a --\nserver { proxy_pass http://a; }\n-- sites-available/b --\nserver { proxy_pass http://b; }\n",
		told:   "deploy is taken for /etc/nginx",
		passes: "deploy/sites-available/a:1:10 http://a in server < http\ndeploy/sites-available/b:1:10 http://b in server < http",
	}, {
		name:   "a flat folder holds what an image has elsewhere",
		files:  "-- nginx.conf --\nevents {}\nhttp { include /etc/nginx/conf.d/*.conf; include /etc/nginx/inc/tls.conf; }\n-- default.conf --\nserver { proxy_pass http://a; }\n-- tls.conf --\nssl_protocols TLSv1.3;\n",
		told:   "deploy is taken for /etc/nginx",
		passes: "deploy/default.conf:1:10 http://a in server < http",
		also:   func(c *Config) string { return fmt.Sprint(c.Adopted, len(c.Missing)) },
		want:   "[{deploy/default.conf /etc/nginx/conf.d/default.conf} {deploy/tls.conf /etc/nginx/inc/tls.conf}] 0",
	}, {
		name:   "nothing outside of the tree is there",
		files:  "-- nginx.conf --\nevents {}\ninclude /etc/passwd;\nhttp { include sites/*; include mime.types; }\n-- sites/shadow --\n-> /etc/shadow\n-- sites/up --\n-> ../../../../../../../../etc/hosts\n",
		told:   "deploy is taken for /etc/nginx",
		passes: "",
		also:   missing,
		want:   "deploy/nginx.conf:2:1 /etc/passwd; deploy/nginx.conf:3:8 /etc/shadow; deploy/nginx.conf:3:8 /etc/hosts; deploy/nginx.conf:3:25 /etc/nginx/mime.types (stock)",
	}, {
		name:   "Lua is not NGINX's",
		files:  "-- nginx.conf --\nevents {}\nhttp {\n  server {\n    access_by_lua_block{ -- don't } mind\n      local s = [[ } ]] .. '}' -- \"\n      if x then t = {{1}} end\n    } location / { proxy_pass http://a; }\n  }\n}\n",
		told:   "deploy is taken for /etc/nginx",
		passes: "deploy/nginx.conf:7:20 http://a in location / < server < http",
	}, {
		name:   "words are NGINX's: quotes, escapes, variables, CRLF",
		files:  "-- nginx.conf --\r\nevents {}\r\nhttp { # } not this\r\n  log_format a '{\"x\": \"${uri}\"}' \"\\\"q\\\\\" ; server { location ~ \"^/a{2}\\.b$\" { proxy_pass http://${host}x; } } }\r\n",
		told:   "deploy is taken for /etc/nginx",
		passes: "deploy/nginx.conf:3:79 http://${host}x in location ~ ^/a{2}\\.b$ < server < http",
		also:   func(c *Config) string { return fmt.Sprintf("%q", c.Find("http")[0].Find("log_format")[0].Args) },
		want:   `["a" "{\"x\": \"${uri}\"}" "\"q\\"]`,
	}} {
		t.Run(tc.name, func(t *testing.T) {
			lay(t, tc.files)
			if tc.path == "" {
				tc.path = "deploy"
			}
			tree, err := Open(tc.path, Options{At: tc.at})
			if err != nil {
				t.Fatal(err, harness.Hint(err))
			}
			same(t, "told", tree.String(), tc.told)
			c, err := tree.Read()
			if err != nil {
				t.Fatal(err, harness.Hint(err))
			}
			same(t, "passes", passes(c), tc.passes)
			if tc.also != nil {
				same(t, "also", tc.also(c), tc.want)
			}
		})
	}
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}

func missing(c *Config) string {
	var all []string
	for _, m := range c.Missing {
		text := c.Position(m.Directive) + " " + m.Path
		if m.Stock {
			text += " (stock)"
		}
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}

// What cannot be read is said with its place and with what to do.
func TestRefuses(t *testing.T) {
	for _, tc := range []struct{ name, files, path, want string }{
		{"no such path", "", "nowhere", "there is no configuration to read: stat nowhere: no such file or directory"},
		{"an empty folder", "", "deploy", "deploy is empty"},
		{"a missing brace", "-- nginx.conf --\nevents {}\nhttp {\n  server {\n", "deploy", "deploy/nginx.conf:3:3: the file ends within this block"},
		{"a missing semicolon", "-- nginx.conf --\nevents {}\nhttp {\n  server { listen 80 }\n}\n", "deploy", "deploy/nginx.conf:3:12: the block ends within this directive"},
		{"a brace in a word", "-- nginx.conf --\nevents {}\nhttp {\n  server { listen 80}\n}\n", "deploy", `deploy/nginx.conf:3:21: unexpected "}" within a word`},
		{"a brace too many", "-- nginx.conf --\nevents {}\nhttp {} }\n", "deploy", `deploy/nginx.conf:2:9: unexpected "}"`},
		{"an open quote", "-- nginx.conf --\nevents {}\nhttp { set $a 'b; }\n", "deploy", "deploy/nginx.conf:2:15: the quote that begins here does not end"},
		{"a byte order mark", "-- nginx.conf --\nevents {}\nhttp { include a; }\n-- a --\n\xef\xbb\xbfserver {}\n", "deploy", "deploy/a:1:1: the file begins with a byte order mark"},
		{"a circle", "-- nginx.conf --\nevents {}\nhttp { include a; }\n-- a --\nserver {}\ninclude b;\n-- b --\ninclude a;\n", "deploy", "deploy/a includes itself: deploy/a -> deploy/b -> deploy/a"},
		{"deep nesting", "-- nginx.conf --\nevents {}\n" + strings.Repeat("a {", 200_000), "deploy", "deploy/nginx.conf:2:301: blocks nested more than 100 deep"},
		{"dots", "-- a.conf --\nserver {\n  ...\n}\n", "deploy", `deploy/a.conf:2:3: "..." is no directive`},
		{"a folder that is included", "-- nginx.conf --\nevents {}\nhttp { include sites-enabled/*; }\n-- sites-enabled/a/b --\nserver {}\n", "deploy", "deploy/nginx.conf:2:8: the include takes /etc/nginx/sites-enabled/a, which is a folder"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			lay(t, tc.files)
			_, err := readPath(tc.path, Options{})
			if err == nil || harness.BlameOf(err) != harness.Usage {
				t.Fatalf("got %v", err)
			}
			same(t, "problem", err.Error(), tc.want)
		})
	}
}
