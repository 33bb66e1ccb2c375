package check

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/nginx/config"
	"github.com/badgateway/badgateway/harness/nginx/place"
)

func TestEachDirectiveIsAlteredInItsWays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nginx.conf")
	const text = `events {}
http {
    upstream app { server a:80 max_fails=2 weight=3; server b:80 backup; keepalive 4; }
    add_header A "b; \"c\"" always;
    add_header D e;
    server_tokens off;
    server {
        listen 80;
        proxy_read_timeout 60s; proxy_send_timeout 1;
        proxy_connect_timeout $t;
        resolver_timeout 500ms;
        proxy_next_upstream error non_idempotent;
        proxy_intercept_errors on;
        location / { proxy_pass http://app; fastcgi_buffer_size 8k; grpc_next_upstream off; uwsgi_next_upstream error; error_page 502 /x; proxy_buffering; }
    }
}
`
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	tree, err := config.Open(path, config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := tree.Read()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	boot := harness.Boot{Files: c.Files()}
	subject := Subject{Config: c, Place: &place.Place{Boot: boot}}
	for _, a := range subject.Alterations() {
		got = append(got, a.Directive.Name+" -> "+a.To)
		altered, ok := a.on(boot)
		if !ok {
			t.Errorf("%s cannot be had", got[len(got)-1])
			continue
		}
		is := altered.Files[slices.IndexFunc(altered.Files, func(f harness.File) bool { return f.Path == c.Entry })].Text
		if strings.Count(string(is), "\n") != strings.Count(text, "\n") || a.To != "" && !strings.Contains(string(is), a.To+";") {
			t.Errorf("%s makes\n%s", got[len(got)-1], is)
		}
	}
	want := []string{
		"server -> server a:80 weight=3", "server -> server b:80", "keepalive -> ", "add_header -> ", `add_header -> add_header A "b; \"c\""`, "add_header -> ",
		"server_tokens -> server_tokens on", "proxy_read_timeout -> proxy_read_timeout 30s", "proxy_read_timeout -> proxy_read_timeout 120s",
		"proxy_send_timeout -> proxy_send_timeout 2", "resolver_timeout -> resolver_timeout 250ms", "resolver_timeout -> resolver_timeout 1000ms",
		"proxy_next_upstream -> ", "proxy_next_upstream -> proxy_next_upstream error", "proxy_intercept_errors -> proxy_intercept_errors off",
		"fastcgi_buffer_size -> fastcgi_buffer_size 4k", "fastcgi_buffer_size -> fastcgi_buffer_size 16k", "grpc_next_upstream -> ",
		"uwsgi_next_upstream -> ", "uwsgi_next_upstream -> uwsgi_next_upstream error non_idempotent", "uwsgi_next_upstream -> uwsgi_next_upstream off",
		"error_page -> ", "proxy_buffering -> ",
	}
	if !slices.Equal(got, want) {
		t.Errorf("it is altered in\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, f := range boot.Files {
		if f.Path == c.Entry && string(f.Text) != text {
			t.Error("the configuration itself was altered")
		}
	}
	for i := range boot.Files { // as another template would have made it
		boot.Files[i].Text = []byte("events {}\n")
	}
	if left := subject.Alterations(); len(left) > 0 {
		t.Errorf("what is not there is altered: %+v", left)
	}
}
