//go:build linux

package clock_test

import (
	"testing"
	"time"
)

// machinery has all in NGINX that waits by ways of its own: several workers, an interval timer in
// each, a pool of threads, and a cache with its manager and loader.
const machinery = `worker_processes 4;
timer_resolution 200ms;
thread_pool default threads=4;
events {}
http {
    proxy_cache_path /tmp/kept keys_zone=kept:1m inactive=30s;
    limit_req_zone $host zone=one:1m rate=1r/s;
    server {
        listen 80;
        add_header Kept $upstream_cache_status always;
        location / { proxy_pass http://app:8080; }
        location /kept/ { aio threads; sendfile off; proxy_cache kept; proxy_cache_valid 200 1h; proxy_pass http://app:8080; }
        location /limited/ { limit_req zone=one; limit_req_status 429; proxy_pass http://app:8080; }
    }
}
`

// resolution is how coarse a worker's time is.
const resolution = 200 * time.Millisecond

func TestAllThatWaitsInNGINXIsOfOneTime(t *testing.T) {
	l := newLabOf(t, "nginx", machinery)
	l.playing(t, func() {
		t.Run("a timeout", func(t *testing.T) {
			l.upstreamPlays(late(patience - 2*resolution))
			l.gives(l.ask("/"), 200, "")
			l.upstreamPlays("read-request; hold")
			x := l.ask("/")
			if l.gives(x, 504, ""); x.Ended < patience-resolution || x.Ended > patience+2*resolution {
				t.Errorf("it gave up after %v", x.Ended)
			}
		})
		l.upstreamPlays("serve")
		t.Run("a rate", func(t *testing.T) {
			l.gives(l.ask("/limited/"), 200, "")
			l.gives(l.ask("/limited/"), 429, "")
			l.sleep(time.Second + 2*resolution)
			l.gives(l.ask("/limited/"), 200, "")
		})
		t.Run("a cache", func(t *testing.T) {
			for _, step := range []struct {
				after time.Duration
				want  string
			}{{0, "MISS"}, {0, "HIT"}, {25 * time.Second, "HIT"}, {25 * time.Second, "HIT"}, {50 * time.Second, "MISS"}} {
				l.sleep(step.after)
				if x := l.ask("/kept/"); x.Response.Get("Kept") != step.want {
					t.Errorf("after %v it is a %s, want a %s", step.after, x.Response.Get("Kept"), step.want)
				}
			}
		})
	})
}
