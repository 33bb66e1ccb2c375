package nginx

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

func TestTimes(t *testing.T) {
	const day = 24 * time.Hour
	for text, want := range map[string]time.Duration{
		"0": 0, "60": time.Minute, "60s": time.Minute, "500ms": 500 * time.Millisecond, "1m": time.Minute, "2h": 2 * time.Hour,
		"1d": day, "1w": 7 * day, "1M": 30 * day, "1y": 365 * day,
		"1h30m": 90 * time.Minute, "1m30": 90 * time.Second, "1d 12h": 36 * time.Hour, "1s500ms": 1500 * time.Millisecond, "5 s": 5 * time.Second,
	} {
		if got, err := duration(text); got != want || err != nil {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "s", "-1s", "+1s", "1.5s", "1x", "1S", "1min", "99999999999s", "one", "1h,30m", " 1"} {
		if got, err := duration(text); err == nil || got != 0 {
			t.Errorf("%q was taken for %v", text, got)
		}
	}
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]int{"0": 0, "512": 512, "4k": 4096, "4K": 4096, "1m": 1 << 20, "2M": 2 << 20} {
		if got, err := size(text); got != want || err != nil {
			t.Errorf("%q is %d, %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "k", "-1", "4kb", "1g", "4 k", "1.5k", "k4"} {
		if got, err := size(text); err == nil {
			t.Errorf("%q was taken for %d", text, got)
		}
	}
}

// read the policy of http://shop.test<path> from a configuration.
func policyIn(t *testing.T, conf, path string) harness.Policy {
	t.Helper()
	p, err := policyOf([]harness.File{{Path: "/elsewhere", Text: []byte("{")}, {Path: Path, Text: []byte(conf)}}, "edge.conf", request{"shop.test", 80, path})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestDefaultsAreNotWritten(t *testing.T) {
	p := policyIn(t, "events {}\nhttp {\n server {\n  location / {\n   proxy_pass http://a;\n  }\n }\n}\n", "/")
	for want, got := range map[string]harness.Setting{ // nginx.org, ngx_http_proxy_module and ngx_http_core_module
		"proxy_connect_timeout 1m0s (default, not written)": p.Connect,
		"proxy_send_timeout 1m0s (default, not written)":    p.Send,
		"proxy_read_timeout 1m0s (default, not written)":    p.Read,
		"resolver_timeout 30s (default, not written)":       p.Resolve,
		"proxy_buffer_size (default, not written)":          p.Header,
		"proxy_pass http://a (edge.conf:5:4)":               p.Pass,
	} {
		if got.String() != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if p.HeaderBytes != 4096 {
		t.Errorf("a page of memory has %d bytes", p.HeaderBytes)
	}
}

func TestTheInnermostSettingCounts(t *testing.T) {
	const conf = `events {}
http {
    proxy_connect_timeout 1s;
    proxy_send_timeout    2s;
    proxy_read_timeout    3s;
    resolver_timeout      4s;
    proxy_buffer_size     1k;
    server {
        server_name other.test;
        proxy_send_timeout 99s;
        location / { proxy_pass http://a; }
    }
    server {
        server_name www.shop.test shop.test;
        proxy_send_timeout 20s;
        proxy_buffer_size 2k;
        location / {
            # a comment and
            proxy_pass
                http://a;
            proxy_read_timeout 30s;
        }
        location /api/ {
            proxy_pass http://b;
            proxy_buffer_size 8k;
            resolver_timeout 40s;
        }
    }
}
`
	for path, want := range map[string][6]string{
		"/": {"proxy_connect_timeout 1s (edge.conf:3:5)", "proxy_send_timeout 20s (edge.conf:15:9)", "proxy_read_timeout 30s (edge.conf:21:13)",
			"resolver_timeout 4s (edge.conf:6:5)", "proxy_pass http://a (edge.conf:19:13)", "proxy_buffer_size (edge.conf:16:9)"},
		"/api/x": {"proxy_connect_timeout 1s (edge.conf:3:5)", "proxy_send_timeout 20s (edge.conf:15:9)", "proxy_read_timeout 3s (edge.conf:5:5)",
			"resolver_timeout 40s (edge.conf:26:13)", "proxy_pass http://b (edge.conf:24:13)", "proxy_buffer_size (edge.conf:25:13)"},
	} {
		p := policyIn(t, conf, path)
		for i, got := range []harness.Setting{p.Connect, p.Send, p.Read, p.Resolve, p.Pass, p.Header} {
			if got.String() != want[i] {
				t.Errorf("%s: %q, want %q", path, got, want[i])
			}
		}
		if bytes := map[string]int{"/": 2048, "/api/x": 8192}[path]; p.HeaderBytes != bytes {
			t.Errorf("%s: a header of %d bytes, want %d", path, p.HeaderBytes, bytes)
		}
	}
}

func TestWhatCannotBeReadIsItsWritersAffair(t *testing.T) {
	const fine = "http { server { location / { proxy_pass http://a;\n%s } } }"
	for conf, want := range map[string]string{
		fmt.Sprintf(fine, "proxy_read_timeout soon;"):                            `edge.conf:2:1: proxy_read_timeout: "soon" is no time`,
		fmt.Sprintf(fine, "resolver_timeout 1x;"):                                `edge.conf:2:1: resolver_timeout: "1x" is no time`,
		fmt.Sprintf(fine, "proxy_cache z; proxy_cache_valid any soon;"):          `edge.conf:2:16: proxy_cache_valid: "soon" is no time`,
		fmt.Sprintf(fine, "proxy_cache_lock on; proxy_cache_lock_timeout soon;"): `proxy_cache_lock_timeout: "soon" is no time`,
		fmt.Sprintf(fine, "proxy_buffer_size large;"):                            `edge.conf:2:1: proxy_buffer_size: "large" is no size`,
		fmt.Sprintf(fine, "proxy_pass"):                                          "edge.conf:2:1: the block ends within this directive",
		"http { server {":                                                        "edge.conf:1:8: the file ends within this block",
		"events {}":                                                              "no server{} in it listens on port 80",
		"http { server { location / { return 204; } } }":                         "no proxy_pass serves shop.test/",
	} {
		_, err := policyOf([]harness.File{{Path: Path, Text: []byte(conf)}}, "edge.conf", request{"shop.test", 80, "/"})
		if err == nil || !strings.Contains(err.Error(), want) || harness.BlameOf(err) != harness.Usage {
			t.Errorf("%s\n%v, want ...%s...", conf, err, want)
		}
	}
	if _, err := policyOf(nil, "edge.conf", request{}); err == nil || harness.BlameOf(err) != harness.Usage {
		t.Errorf("without a file: %v", err)
	}
}

// The reference configuration is read with the same eyes as anybody's.
func TestTheReferenceIsAsItIsWritten(t *testing.T) {
	gateway := Reference("nginx@1.26")
	var sites []harness.Site
	for i, r := range []harness.Resolve{harness.Literal, harness.AtStart, harness.AtRequest} {
		sites = append(sites, gateway.Site(harness.Site{
			Name: fmt.Sprintf("site%d.test", i), World: harness.World{Resolve: r}, Upstream: fmt.Sprintf("app.site%d.test", i),
			Server: netip.AddrPortFrom(agent.HostAddr(i), 8081), Resolver: netip.AddrPortFrom(agent.Resolver, 53),
		}))
	}
	boot, err := gateway.Boot(sites)
	if err != nil || boot.From != "nginx@1.26" || len(boot.Files) != 1 || boot.Files[0].Path != "/etc/nginx/nginx.conf" {
		t.Fatalf("it boots %+v, %v", boot, err)
	}
	lines := strings.Split(string(boot.Files[0].Text), "\n")
	for i, pass := range []string{
		"proxy_pass http://198.18.1.10:8081;", "proxy_pass http://app.site1.test:8081;", "proxy_pass http://$upstream:8081;",
	} {
		p, err := gateway.Policy(boot, sites[i])
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []harness.Setting{p.Connect, p.Send, p.Read, p.Resolve, p.Header, p.Pass} {
			written := strings.TrimSpace(lines[s.Line-1])
			want := fmt.Sprintf("%s %v;", s.Directive, s.Value)
			switch s.Directive {
			case "proxy_pass":
				want = pass
			case "proxy_buffer_size":
				want = fmt.Sprintf("proxy_buffer_size %dk;", p.HeaderBytes>>10)
			}
			if written != want || s.File != "nginx.conf" {
				t.Errorf("site %d: %s:%d says %q, the policy %q", i, s.File, s.Line, written, want)
			}
		}
		if p.Connect.Value < time.Second || p.Read.Value == p.Connect.Value {
			t.Errorf("the timeouts %v and %v cannot be told apart", p.Connect, p.Read)
		}
		server := strings.Join(lines[p.Pass.Line-8:p.Pass.Line], "\n")
		if resolves := strings.Contains(server, "resolver 198.18.0.53;") && strings.Contains(server, "set $upstream app.site2.test;"); resolves != (i == 2) {
			t.Errorf("site %d resolves as requests come: %v\n%s", i, resolves, server)
		}
	}
}

// What a cache keeps, and how long a request waits for another's, is said where it is in force.
func TestWhatACacheKeepsAndWaitsFor(t *testing.T) {
	const conf = `events {}
http {
    proxy_cache_path /c keys_zone=z:1m;
    proxy_cache_valid 404 1d;
    server {
        location / {
            proxy_pass http://a;
            proxy_cache z;
            proxy_cache_valid 200 302 10m;
            proxy_cache_valid 90s;
            proxy_cache_lock on;
            proxy_cache_lock_timeout 700ms;
        }
        location /inherits { proxy_pass http://a; proxy_cache z; proxy_cache_lock on; }
        location /off { proxy_pass http://a; proxy_cache off; proxy_cache_lock off; }
        location /none { proxy_pass http://a; }
    }
}
`
	for path, want := range map[string]struct {
		kept map[string]time.Duration
		lock string
	}{
		"/":         {map[string]time.Duration{"200 302 10m": 10 * time.Minute, "90s": 90 * time.Second}, "proxy_cache_lock_timeout 700ms (edge.conf:12:13)"},
		"/inherits": {map[string]time.Duration{"404 1d": 24 * time.Hour}, "proxy_cache_lock_timeout 5s (default, not written)"},
		"/off":      {nil, harness.Setting{}.String()},
		"/none":     {nil, harness.Setting{}.String()},
	} {
		p := policyIn(t, conf, path)
		if len(p.Kept) != len(want.kept) || p.Lock.String() != want.lock {
			t.Errorf("%s keeps %v and waits for %q, want %v and %q", path, p.Kept, p.Lock, want.kept, want.lock)
		}
		for _, set := range p.Kept {
			if set.Value != want.kept[set.Text] || set.File == "" {
				t.Errorf("%s: %s is %v", path, set, set.Value)
			}
		}
	}
}
