package nginx

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

const ownConf = `events {}
http {
    upstream pool { server app:9000; }
    server {
        listen 8080;
        server_name shop.test;
        location / { proxy_pass http://pool; }
        location /pay { proxy_pass http://pool; proxy_read_timeout 5s; }
    }
}
`

func ownFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "shop.conf")
	if err := os.WriteFile(path, []byte(ownConf), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAConfigurationOfOnesOwn(t *testing.T) {
	o := Own{Config: ownFile(t), URL: "http://shop.test:8080/pay?now=1", Upstream: "app:9000"}
	site := o.Site(harness.Site{Name: "a-b.test", Server: netip.AddrPortFrom(agent.HostAddr(0), agent.HostPort), Upstream: "app.a-b.test", World: harness.World{Process: true}})
	if site.Name != "shop.test" || site.Path != "/pay?now=1" || site.Port != 8080 || site.Upstream != "app" ||
		site.Server != netip.AddrPortFrom(agent.HostAddr(0), 9000) || site.World != (harness.World{Process: true, Resolve: harness.AtStart}) {
		t.Errorf("its site is %+v", site)
	}
	boot, err := o.Boot([]harness.Site{site})
	if err != nil || boot.From != "nginx" || len(boot.Files) != 1 || boot.Files[0].Path != Path || string(boot.Files[0].Text) != ownConf {
		t.Fatalf("it boots %+v, %v", boot, err)
	}
	p, err := o.Policy(boot, site)
	if err != nil || p.Read.String() != "proxy_read_timeout 5s (shop.conf:8:49)" || p.Pass.Line != 8 {
		t.Errorf("its policy is %+v, %v", p, err)
	}
	o.From, o.URL = "nginx@1.26", "http://shop.test"
	if boot, err = o.Boot(nil); err != nil || boot.From != "nginx@1.26" {
		t.Errorf("it boots %+v, %v", boot, err)
	}
	if site = o.Site(site); site.Port != agent.FrontPort || site.Path != "/" {
		t.Errorf("its site is %+v", site)
	}
	if o.Fits(harness.Scenario{World: harness.World{Resolve: harness.AtRequest}}) == nil || o.Fits(harness.Scenario{World: harness.World{Resolve: harness.AtStart}}) != nil || o.Capacity() != 1 {
		t.Error("it fits into worlds that it does not fit into, or not into others")
	}
}

func TestAMistakeIsItsMakersAffair(t *testing.T) {
	config := ownFile(t)
	for want, o := range map[string]Own{
		`"https://shop.test/" is not the URL of a site`: {Config: config, URL: "https://shop.test/", Upstream: "app:9000"},
		`"shop.test" is not the URL of a site`:          {Config: config, URL: "shop.test", Upstream: "app:9000"},
		`"http://" is not the URL of a site`:            {Config: config, URL: "http://", Upstream: "app:9000"},
		`"" is not the URL of a site`:                   {Config: config, Upstream: "app:9000"},
		`"http://a b/" is not the URL of a site`:        {Config: config, URL: "http://a b/", Upstream: "app:9000"},
		`"99999" is not a port`:                         {Config: config, URL: "http://shop.test:99999/", Upstream: "app:9000"},
		`"app" is not an upstream`:                      {Config: config, URL: "http://shop.test/", Upstream: "app"},
		`"" is not an upstream`:                         {Config: config, URL: "http://shop.test/"},
		`":9000" is not an upstream`:                    {Config: config, URL: "http://shop.test/", Upstream: ":9000"},
		`"app:http" is not an upstream`:                 {Config: config, URL: "http://shop.test/", Upstream: "app:http"},
		`"70000" is not a port`:                         {Config: config, URL: "http://shop.test/", Upstream: "app:70000"},
		"no such file":                                  {Config: config + ".old", URL: "http://shop.test/", Upstream: "app:9000"},
		"is a directory":                                {Config: filepath.Dir(config), URL: "http://shop.test/", Upstream: "app:9000"},
	} {
		_, err := o.Boot(nil)
		if err == nil || !strings.Contains(err.Error(), want) || harness.BlameOf(err) != harness.Usage {
			t.Errorf("%+v: %v, blamed on %d; want ...%s...", o, err, harness.BlameOf(err), want)
		}
		if strings.Contains(want, "is not") {
			if _, err := o.Policy(harness.Boot{}, harness.Site{}); err == nil {
				t.Errorf("%+v has a policy", o)
			}
			if hint := harness.Hint(err); hint == "" {
				t.Errorf("%+v: nobody says what to do", o)
			}
		}
	}
}

// NGINX is to stay in the foreground, and to be told so once.
func TestWhoStaysInTheForeground(t *testing.T) {
	for conf, want := range map[string]string{
		ownConf:                     "nginx -g daemon off;",
		"daemon off;\n" + ownConf:   "nginx",
		"# daemon off;\n" + ownConf: "nginx -g daemon off;",
		"nonsense {":                "nginx -g daemon off;",
	} {
		path := filepath.Join(t.TempDir(), "nginx.conf")
		if err := os.WriteFile(path, []byte(conf), 0o600); err != nil {
			t.Fatal(err)
		}
		boot, err := Own{Config: path, URL: "http://shop.test:8080/", Upstream: "app:9000"}.Boot(nil)
		if got := strings.Join(boot.Command, " "); err != nil || got != want {
			t.Errorf("of %.20q: %q, %v; want %q", conf, got, err, want)
		}
	}
}

// The lab's socket is where the configuration looks for its upstream.
func TestAnUpstreamAtAUnixSocket(t *testing.T) {
	o := Own{Config: ownFile(t), URL: "http://shop.test:8080/", Upstream: "unix:/run/php/php-fpm.sock"}
	site := o.Site(harness.Site{Name: "a-b.test"})
	if got := site.Addresses(); len(got) != 1 || got[0] != o.Upstream {
		t.Errorf("its upstreams are %q", got)
	}
	boot, err := o.Boot([]harness.Site{site})
	if err != nil || len(boot.Around.Sockets) != 1 || boot.Around.Sockets[0] != "/run/php/php-fpm.sock" ||
		boot.Files[1].Path != "/run/php/php-fpm.sock" || boot.Files[1].Link != agent.SocketFile(0) {
		t.Errorf("it boots %+v, %v", boot, err)
	}
	if o.Upstream = "unix:run/x.sock"; o.Site(site).UpstreamSocket != site.UpstreamSocket {
		t.Error("a path that is not absolute is taken for one")
	}
}
