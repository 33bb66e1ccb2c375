package place

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/authority"
	"github.com/badgateway/badgateway/harness/nginx/config"
)

// lay makes the folder deploy with the files of an archive and reads the configuration in it.
func lay(t *testing.T, archive string) *config.Config {
	t.Helper()
	folder := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join(folder, "deploy", f.Name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, f.Data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(folder)
	tree, err := config.Open("deploy", config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := tree.Read()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var lab = newLab()

func newLab() *authority.Authority {
	a, err := authority.New()
	if err != nil {
		panic(err)
	}
	return a
}

// made is the place of a configuration of files, in which NGINX is what gateway says.
func made(t *testing.T, archive, gateway string) *Place {
	t.Helper()
	p, err := Make(lay(t, archive), Options{Signs: lab, Gateway: gateway})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// main is an archive of a main file alone, with what is in http{}, and what is beside it.
func main(http string) string { return "-- nginx.conf --\nevents {}\nhttp {\n" + http + "\n}\n" }

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}

// added are the files of a place that were not handed over, each in a few words.
func added(p *Place) string {
	var lines []string
	for _, f := range p.Boot.Files {
		if p.Config.Has(f.Path) && bytes.Equal(f.Text, handedOver(p, f.Path)) {
			continue
		}
		line := f.Path
		switch {
		case f.Dir:
			line += fmt.Sprintf("/ %o", f.Mode)
		case f.Link != "":
			line += " -> " + f.Link
		default:
			line += fmt.Sprintf(" %o %s", f.Permissions(), contents(f.Text))
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func handedOver(p *Place, path string) []byte {
	for _, f := range p.Config.Files() {
		if f.Path == path {
			return f.Text
		}
	}
	return nil
}

// contents names the kinds of blocks in PEM, or else the text.
func contents(text []byte) string {
	var kinds []string
	for line := range strings.Lines(string(text)) {
		if kind, is := strings.CutPrefix(line, "-----BEGIN "); is {
			kinds = append(kinds, strings.TrimRight(kind, "-\n"))
		}
	}
	if len(kinds) > 0 {
		return strings.Join(kinds, "+")
	}
	return strings.ReplaceAll(strings.TrimSpace(string(text)), "\n", "|")
}

// told is what was made up, in one line each.
func told(all []Made) string {
	var lines []string
	for _, m := range all {
		line := m.What + ": " + m.Path
		if m.For != "" {
			line += " for " + m.For
		}
		if m.Gap {
			line += " (gap)"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func TestAPlaceIsForItsConfiguration(t *testing.T) {
	p := made(t, main("resolver 10.0.0.53; server { listen 8080; location / { proxy_pass http://a.internal; } }"), "")
	same(t, "the command", strings.Join(p.Boot.Command, " "), "nginx -p /etc/nginx -c /etc/nginx/nginx.conf -g daemon off;")
	same(t, "what is around it", fmt.Sprint(p.Boot.Around.Elsewhere, p.Boot.Around.Listens, p.Boot.Around.Resolvers), "true [0.0.0.0:8080] [10.0.0.53:53]")
	same(t, "what was added", added(p), "")
	if len(p.Boot.Files) != 1 || len(p.Boot.Authority.Certificate) == 0 || len(p.Boot.Authority.Key) == 0 {
		t.Errorf("the place has %d files and an authority of %d bytes", len(p.Boot.Files), len(p.Boot.Authority.Certificate))
	}
	gw := p.Gateway()
	if gw.Config != p.Config || gw.Place.From != "nginx" || gw.Ways == nil {
		t.Errorf("the gateway is %+v", gw)
	}
}

// Relative paths are meant from where NGINX is installed.
func TestThePrefix(t *testing.T) {
	p := made(t, "-- usr/local/nginx/conf/nginx.conf --\nload_module modules/ngx_stream_module.so;\nerror_log logs/a.log;\nevents {}\nstream {}\nhttp {}\n", "")
	same(t, "the command", strings.Join(p.Boot.Command, " "), "nginx -p /usr/local/nginx -c /usr/local/nginx/conf/nginx.conf -g daemon off;")
	same(t, "added", added(p), "/usr/local/nginx/logs/ 777\n/usr/local/nginx/logs/a.log -> /dev/stderr\n/usr/local/nginx/modules/ngx_stream_module.so -> /usr/lib/nginx/modules/ngx_stream_module.so")
}

// NGINX stays in the foreground, whatever is written; what is written is told.
func TestTheForeground(t *testing.T) {
	p := made(t, "-- etc/nginx/nginx.conf --\nuser root; daemon on; events {}\nhttp {}\n", "")
	same(t, "the command", strings.Join(p.Boot.Command, " "), "nginx -p /etc/nginx -c /etc/nginx/nginx.conf -g daemon off;")
	same(t, "the file", string(p.Boot.Files[0].Text), "user root;            events {}\nhttp {}\n")
	same(t, "made up", p.Made[0].What, "daemon off, in the place of what is written")
	p = made(t, "-- etc/nginx/nginx.conf --\ndaemon off; events {}\nhttp {}\n", "")
	same(t, "the command", strings.Join(p.Boot.Command, " "), "nginx -p /etc/nginx -c /etc/nginx/nginx.conf")
}

func TestWhatIsLackingIsAProblem(t *testing.T) {
	if err := made(t, main("server { listen 80; }"), "").Problem(); err != nil {
		t.Errorf("nothing is lacking, and it is %v", err)
	}
	err := made(t, main("server { listen 443 ssl; vhost_traffic_status_display; geoip2 /geo.mmdb { } location / { auth_jwt a; } }\nserver { perl_require x.pl; auth_jwt b; }"), "").Problem()
	var p *harness.Problem
	if !errors.As(err, &p) || p.Blame != harness.Usage {
		t.Fatalf("it is %v", err)
	}
	same(t, "what", p.What, "deploy/nginx.conf:3:10: TLS without a certificate: listen 443 ssl;")
	same(t, "more", strings.Join(p.Detail, "\n"), `deploy/nginx.conf:3:26: nobody packages the module vts, which knows "vhost_traffic_status_display"
deploy/nginx.conf:3:56: /geo.mmdb is not there: geoip2 /geo.mmdb {
deploy/nginx.conf:3:90: only NGINX Plus knows "auth_jwt"
deploy/nginx.conf:4:10: /etc/nginx/x.pl is not there: perl_require x.pl;`)
	same(t, "the remedy", p.Hint, "add an ssl_certificate, or hand over the file that has it; run it with your own image: --image registry/edge:tag, or leave its directives out: --without-module vts; "+
		"hand it over with the configuration; run it with your own image: --image registry/nginx-plus:tag")
}

// An image of the user's own brings what it brings.
func TestAnImageBringsWhatItBrings(t *testing.T) {
	for _, from := range []string{"image:registry.test/edge:1", "bin:/opt/nginx"} {
		p := made(t, main("vhost_traffic_status_zone; more_set_headers a; server { auth_jwt a; }"), from)
		if err := p.Problem(); err != nil || p.Boot.From != from {
			t.Errorf("%s: %v, from %s", from, err, p.Boot.From)
		}
		same(t, "the command", strings.Join(p.Boot.Command[5:], " "), "-g daemon off;")
	}
}
