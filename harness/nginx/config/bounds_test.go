package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
)

// A configuration of ten thousand servers is no reason to wait.
func TestReadsTenThousandServers(t *testing.T) {
	var text strings.Builder
	text.WriteString("-- nginx.conf --\nevents {}\nhttp {\n")
	for i := range 10_000 {
		fmt.Fprintf(&text, "server { listen 80; server_name s%d.test; location / { proxy_pass http://10.0.0.1; } }\n", i)
	}
	text.WriteString("}\n")
	lay(t, text.String())
	begun := time.Now()
	c, err := readPath("deploy", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(c.Find("http")[0].Block); n != 10_000 || time.Since(begun) > time.Minute {
		t.Errorf("%d servers after %v", n, time.Since(begun))
	}
	t.Logf("read in %v", time.Since(begun))
}

// Includes that multiply end at a bound, and so does a line that never does.
func TestBounds(t *testing.T) {
	doubling := "-- nginx.conf --\nevents {}\nhttp { include 0.inc; }\n"
	for i := range 40 {
		doubling += fmt.Sprintf("-- %d.inc --\nset $a b;\ninclude %d.inc; include %d.inc;\n", i, i+1, i+1)
	}
	many, deep := "", "x.conf --\nserver {}\n"
	for i := range 2001 {
		many += fmt.Sprintf("-- conf.d/%d.conf --\nserver {}\n", i)
	}
	for range 14 {
		deep = "a/" + deep
	}
	large := "-- nginx.conf --\nevents {}\nhttp {" + strings.Repeat(" include a.inc;", 600) + " }\n-- a.inc --\n" + strings.Repeat("set $a b;\n", 1000)
	for _, tc := range []struct{ name, files, want string }{
		{"includes of much", large, "more than 500,000 directives, with what is included"},
		{"includes that double", doubling + "-- 40.inc --\nset $a b;\n", "more than 10,000 includes"},
		{"many files", many, "deploy holds more than 2000 files: that is more than a configuration"},
		{"deep folders", "-- " + deep, "deploy holds folders more than 12 deep: that is more than a configuration"},
		{"many bytes", "-- nginx.conf --\nevents {}\nhttp {}\n-- a.mp4 --\n" + strings.Repeat("x", 20<<20), "deploy holds more than 20 MB: that is more than a configuration"},
		{"a huge line", "-- nginx.conf --\nevents {} http {" + strings.Repeat(" set $a b;", 600_000), "more than 500,000 directives"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			lay(t, tc.files)
			_, err := readPath("deploy", Options{})
			if err == nil || harness.BlameOf(err) != harness.Usage || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A file that may not be read is there all the same, and a pipe is no file.
func TestCarriesWhatItCannotRead(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may read everything")
	}
	lay(t, "-- nginx.conf --\nevents {}\nhttp { server { ssl_certificate a; ssl_certificate_key b; } }\n-- a --\nx\n-- b --\ny\n")
	if err := os.Chmod(filepath.Join("deploy", "b"), 0); err != nil {
		t.Fatal(err)
	}
	c, err := readPath("deploy", Options{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "needs", told(c.Needs()), "certificate /etc/nginx/a + /etc/nginx/b")
}

// What is handed on to a lab is all files, links as what they lead to.
func TestFiles(t *testing.T) {
	lay(t, "-- nginx.conf --\nevents {}\nhttp {}\n-- live/a.pem --\nx\n-- certs --\n-> live\n-- b.pem --\n-> certs/a.pem\n-- round --\n-> round\n-- out --\n-> /etc/passwd\n")
	c, err := readPath("deploy", Options{})
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, f := range c.Files() {
		paths = append(paths, f.Path)
	}
	same(t, "files", strings.Join(paths, " "), "/etc/nginx/b.pem /etc/nginx/certs/a.pem /etc/nginx/live/a.pem /etc/nginx/nginx.conf")
}

// Whatever is handed over is read or refused, and all that is read has its place.
func FuzzRead(f *testing.F) {
	for _, text := range []string{
		"events {}\nhttp { server { location / { proxy_pass http://${A}; } } }",
		"server { listen 80; content_by_lua_block { '}' --[[ } ]] } }",
		"location ~ \"^/a{2}$\" { return 200 'x\\'y'; } # {{ a }}\r\n",
		"include b.conf; {% if %} <%= x %> __A__ @B@ {CC} %DDD% $EEE",
		"types { a b; } map $a $b { ~^a{ 1; default \"\"; } \xff\xfe \x00",
		"\xef\xbb\xbfserver{}", "a\\", "\"", "${", "a ${b", "...", "if ($a = b) { break; }",
	} {
		f.Add([]byte(text), []byte("set $a b; include nginx.conf;"))
	}
	f.Fuzz(func(t *testing.T, main, other []byte) {
		tree := newTree("deploy", Options{Set: map[string]string{"A": "b"}, Without: []string{"lua"}})
		tree.put("/etc/nginx/nginx.conf", &file{text: main, shown: "deploy/nginx.conf"})
		tree.put("/etc/nginx/b.conf", &file{text: other, shown: "deploy/b.conf"})
		c, err := tree.Read()
		if err != nil {
			if harness.BlameOf(err) != harness.Usage || err.Error() == "" {
				t.Fatalf("no problem of the user's: %v", err)
			}
			return
		}
		c.Needs()
		for d := range c.Walk() {
			if d.Line < 1 || d.Column < 1 || d.File == "" {
				t.Fatalf("no place: %+v", d)
			}
		}
	})
}

// Whoever takes text apart here and the parser agree on where directives are.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"server { listen 80; a \"b\" 'c'; }", "a ${b}c; # x\n d '\\'';", "if ($a ~ \"x\") { b; }", "map $a $b { a b; }", "a;\r\n\\\"b c;"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.IndexFunc(text, func(r rune) bool { return r != '\n' && r < ' ' || r > '~' }) >= 0 {
			return
		}
		if _, wrong := parse("/x", []byte(text)); wrong != nil && wrong.what == unsure {
			t.Fatalf("%q", text)
		}
	})
}
