package nginx

import (
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
)

// maze has a timeout of its own in every place, in milliseconds.
const maze = `events {}
http {
    proxy_read_timeout 100ms;
    server {
        listen 80;
        server_name shop.test;
        return 301 https://shop.test/;
    }
    server {
        listen 8080;
        server_name other.test;
        location / { proxy_pass http://a; proxy_read_timeout 200ms; }
    }
    server {
        listen [::]:8080 default_server;
        listen 127.0.0.1:8080 default_server;
        server_name shop.test;
        location / { proxy_pass http://a; }
        location /api/ {
            proxy_pass http://a;
            proxy_read_timeout 300ms;
            location /api/deep/ { proxy_pass http://a; proxy_read_timeout 350ms; }
        }
        location = /api/exact { proxy_pass http://a; proxy_read_timeout 400ms; }
        location ^~ /api/static/ { proxy_pass http://a; proxy_read_timeout 500ms; }
        location ~ \.php$ { proxy_pass http://a; proxy_read_timeout 600ms; }
        location ~* \.(PHP|CGI)$ { proxy_pass http://a; proxy_read_timeout 700ms; }
        location /files/ { root /srv; }
    }
}
`

func TestThePolicyIsThatOfTheRequest(t *testing.T) {
	files := []harness.File{{Path: Path, Text: []byte(maze)}}
	for _, c := range []struct {
		host, path string
		want       time.Duration
	}{
		{"shop.test", "/", 100},
		{"shop.test", "/api/x", 300},
		{"shop.test", "/api/x?y=/api/exact", 300},
		{"shop.test", "/api/deep/x", 350},
		{"shop.test", "/api/exact", 400},
		{"shop.test", "/api/exactly", 300},
		{"shop.test", "/api/static/x.php", 500},
		{"shop.test", "/api/x.php", 600},
		{"shop.test", "/x.Cgi", 700},
		{"other.test", "/", 200},
		{"unknown.test", "/api/x", 300}, // the default server's
	} {
		p, err := policyOf(files, "maze.conf", request{c.host, 8080, c.path})
		if err != nil {
			t.Errorf("%s%s: %v", c.host, c.path, err)
			continue
		}
		if p.Read.Value != c.want*time.Millisecond {
			t.Errorf("%s%s: %v, want %v ms", c.host, c.path, p.Read, int64(c.want))
		}
	}
}

func TestWhatCannotBeJudgedIsRefused(t *testing.T) {
	for want, at := range map[string]request{
		"no proxy_pass serves shop.test/files/x": {"shop.test", 8080, "/files/x"},
		"no proxy_pass serves shop.test/":        {"shop.test", 80, "/"},
		"listens on port 81":                     {"shop.test", 81, "/"},
	} {
		_, err := policyOf([]harness.File{{Path: Path, Text: []byte(maze)}}, "maze.conf", at)
		if err == nil || !strings.Contains(err.Error(), want) || harness.BlameOf(err) != harness.Usage {
			t.Errorf("%v: %v, want %q", at, err, want)
		}
	}
	broken := strings.Replace(maze, `\.php$`, `(?<=x)\.php$`, 1)
	_, err := policyOf([]harness.File{{Path: Path, Text: []byte(broken)}}, "maze.conf", request{"shop.test", 8080, "/y"})
	if err == nil || !strings.Contains(err.Error(), "which location serves shop.test/y cannot be told") {
		t.Errorf("an expression that Go cannot read: %v", err)
	}
}
