package check

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
)

// opened is a configuration of one main file.
func opened(t *testing.T, text string) *Subject {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := errors.Join(os.Mkdir("deploy", 0o755), os.WriteFile(filepath.Join("deploy", "nginx.conf"), []byte(text), 0o644)); err != nil {
		t.Fatal(err)
	}
	s, err := Open("deploy", Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What NGINX says is said with the place as the user names it, and with what helps.
func TestBlame(t *testing.T) {
	const elsewhere = "`nginx -t` says the same where the configuration is installed"
	for _, c := range []struct{ says, what, hint string }{
		{`unknown directive "js_content" in /etc/nginx/nginx.conf:3`, `deploy/nginx.conf:3:1: NGINX does not start: unknown directive "js_content"`, "it is of a module: leave it out"},
		{`unknown "who" variable`, `deploy/nginx.conf:3:10: NGINX does not start: unknown "who" variable`, "hand over the file that defines it too"},
		{`unknown "what" variable`, `deploy/nginx.conf:4:10: NGINX does not start: unknown "what" variable`, "hand over the file that defines it too"},
		{`unknown "nobody" variable`, `NGINX does not start: unknown "nobody" variable`, "hand over the file that defines it too"},
		{`unknown log format "json" in /etc/nginx/nginx.conf:4`, `deploy/nginx.conf:4:1: NGINX does not start: unknown log format "json"`, "hand over the file"},
		{`"proxy_cache" zone "a" is unknown in /etc/nginx/nginx.conf:4`, `deploy/nginx.conf:4:1: NGINX does not start: "proxy_cache" zone "a" is unknown`, "hand over the file"},
		{`zero size shared memory zone "a"`, `NGINX does not start: zero size shared memory zone "a"`, "hand over the file"},
		{`dlopen() "/m.so" failed (no) in /etc/nginx/nginx.conf:1`, `deploy/nginx.conf:1:1: NGINX does not start: dlopen() "/m.so" failed (no)`, "a module of another build"},
		{`invalid parameter "x" in /etc/nginx/nginx.conf:3`, `deploy/nginx.conf:3:1: NGINX does not start: invalid parameter "x"`, "if it is a placeholder"},
		{`duplicate listen in /etc/nginx/conf.d/x.conf:7`, `/etc/nginx/conf.d/x.conf:7: NGINX does not start: duplicate listen`, elsewhere},
		{`bind() to 0.0.0.0:80 failed (98: Address already in use)`, `NGINX does not start: bind() to 0.0.0.0:80 failed (98: Address already in use)`, elsewhere},
	} {
		s := opened(t, "events {}\nhttp {\nserver { return 200 $who; }\nserver { return 200 ${what}s; }\n}\n")
		err := s.blame([]string{"2026/11/25 03:17:58 [notice] 7#7: starting", "2026/11/25 03:17:58 [emerg] 25087#25087: " + c.says}, errors.New("it did not start"))
		var p *harness.Problem
		if !errors.As(err, &p) || p.Blame != harness.Usage {
			t.Fatalf("%s: %v", c.says, err)
		}
		if p.What != c.what || !strings.HasPrefix(p.Hint, c.hint) {
			t.Errorf("%s:\n got %s (%s)\nwant %s (%s)", c.says, p.What, p.Hint, c.what, c.hint)
		}
	}
}

// Where another NGINX was taken than people expect, that is said too.
func TestBlameNamesTheNGINX(t *testing.T) {
	s := opened(t, "events {}\nhttp { server { http2 on; } }\n")
	line := []string{"2026/11/25 03:17:58 [emerg] 1#1: unknown directive \"a\" in /etc/nginx/nginx.conf:2"}
	if hint := harness.Hint(s.blame(line, nil)); !strings.HasSuffix(hint, "(this was nginx@1.26)") {
		t.Error(hint)
	}
	if hint := harness.Hint(opened(t, "events {}\nhttp {}\n").blame(line, nil)); strings.Contains(hint, "this was") {
		t.Error(hint)
	}
}

func TestWhoSaidNothingIsNotBlamed(t *testing.T) {
	said := errors.New("it did not start")
	if err := opened(t, "events {}\nhttp {}\n").blame([]string{"2026/11/25 03:17:58 [warn] 1#1: a warning"}, said); err != said {
		t.Error(err)
	}
	if lines := saidBy(said); lines != nil {
		t.Errorf("%v was said", lines)
	}
}
