package speed_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// threeRoutes is a configuration with three routes and timeouts of 1 and 2 s.
const threeRoutes = `events {}
http {
	resolver 10.0.0.2;
	resolver_timeout 1s;
	proxy_connect_timeout 1s;
	proxy_read_timeout 2s;
	upstream two {
		server 10.1.0.1:8080 fail_timeout=1s;
		server 10.1.0.2:8080 fail_timeout=1s;
	}
	server {
		listen 80;
		server_name shop.test;
		location / { proxy_pass http://app.shop.internal:9000; }
		location /two/ { proxy_pass http://two; }
		location /late/ { set $late late.shop.internal; proxy_pass http://$late:9000; }
	}
}
`

// floorThreeRoutes is what the six have to wait for at the least: two servers are tried one after
// the other, each for the read timeout.
const floorThreeRoutes = 4 * time.Second

// The six on each of three routes, from the start of the process to its end.
func BenchmarkCheckThreeRoutes(b *testing.B) {
	runtimeHere(b)
	took, _ := measure(b, "check", threeRoutesFile(b), "--runtime", "local")
	report(b, took, floorThreeRoutes)
}

// What is written is judged, and nothing is booted.
func BenchmarkCheckStatic(b *testing.B) {
	took, _ := measure(b, "check", threeRoutesFile(b), "--static")
	report(b, took, 0)
}

// The routes alone: one boot, and a request for each.
func BenchmarkCheckRoutes(b *testing.B) {
	runtimeHere(b)
	took, _ := measure(b, "check", threeRoutesFile(b), "--runtime", "local", "--routes")
	report(b, took, 0)
}

func threeRoutesFile(b *testing.B) string {
	path := filepath.Join(b.TempDir(), "nginx.conf")
	if err := os.WriteFile(path, []byte(threeRoutes), 0o644); err != nil {
		b.Fatal(err)
	}
	return path
}
