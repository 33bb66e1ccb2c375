package speed_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/local"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/scenarios"
)

func virtualHere(b *testing.B) *local.Runtime {
	rt := runtimeHere(b)
	if err := rt.Supports(b.Context(), harness.VirtualTime); err != nil {
		b.Skip(err)
	}
	return rt
}

// One cell that waits for NGINX's own 60 s, from its baseline to its recovery, in a lab that stands.
func BenchmarkSixtySeconds(b *testing.B) {
	rt := virtualHere(b)
	i := slices.IndexFunc(scenarios.All(), func(s harness.Scenario) bool { return s.ID == "slow/never" })
	plan := harness.Plan{Runtime: rt, Gateway: nginx.Patient("nginx"), Scenarios: scenarios.All()[i : i+1], Clock: harness.VirtualClock}
	var took []time.Duration
	for b.Loop() {
		sum, err := harness.Run(b.Context(), plan)
		if err != nil || sum.Verdict() != harness.Pass || sum.Cells[0].Clock != harness.VirtualClock || sum.Cells[0].Seconds < 60 {
			b.Fatalf("what was measured is no cell of 60 s: %+v, %v", sum.Cells, err)
		}
		took = append(took, time.Duration(sum.Spent.Play*float64(time.Second)))
	}
	slices.Sort(took)
	b.ReportMetric(milliseconds(percentile(took, 0.5)), "ms/p50")
	b.ReportMetric(milliseconds(percentile(took, 0.95)), "ms/p95")
	b.ReportMetric(0, "ns/op")
}

// The catalogue with NGINX's own timeouts, from no lab to none, without what the kernel decides and
// no clock can shorten.
func BenchmarkCatalogueOfMinutes(b *testing.B) {
	rt := virtualHere(b)
	clocked := slices.DeleteFunc(scenarios.All(), func(s harness.Scenario) bool { return s.Kernel().Always() })
	for b.Loop() {
		began := time.Now()
		sum, err := harness.Run(b.Context(), harness.Plan{Runtime: rt, Gateway: nginx.Patient("nginx"), Scenarios: clocked, Clock: harness.VirtualClock})
		if err != nil {
			b.Fatal(err)
		}
		alone, virtual := 0., 0
		for _, c := range sum.Cells {
			alone += c.Seconds
			if c.Clock == harness.VirtualClock {
				virtual++
			}
		}
		b.ReportMetric(time.Since(began).Seconds(), "s/run")
		b.ReportMetric(float64(virtual), "virtual-cells")
		b.ReportMetric(alone, "s/one-after-the-other")
		b.ReportMetric(0, "ns/op")
	}
}

// The six on each of three routes with timeouts of 60 s and a day.
func BenchmarkCheckThreeRoutesOfADay(b *testing.B) {
	virtualHere(b)
	path := filepath.Join(b.TempDir(), "nginx.conf")
	patient := strings.NewReplacer("resolver_timeout 1s;", "", "proxy_connect_timeout 1s;", "", "proxy_read_timeout 2s;", "proxy_read_timeout 1d;").Replace(threeRoutes)
	if err := os.WriteFile(path, []byte(patient), 0o644); err != nil {
		b.Fatal(err)
	}
	took, _ := measure(b, "check", path, "--runtime", "local")
	report(b, took, 0)
}

// route is what the configuration under mutation says of each of its three.
const route = `
		location %s {
			proxy_pass http://%s;
			proxy_http_version 1.1;
			proxy_connect_timeout %s;
			proxy_read_timeout %s;
			proxy_send_timeout 20s;
			proxy_buffer_size 8k;
			proxy_buffering on;
			proxy_next_upstream error timeout;
			proxy_next_upstream_tries 2;
			proxy_intercept_errors off;
			add_header X-Route shop always;
		}`

// Three routes with some forty directives that have a say, each altered in all the ways there are.
func BenchmarkMutateThreeRoutes(b *testing.B) {
	virtualHere(b)
	text := `events {}
http {
	server_tokens off;
	resolver 10.0.0.2;
	resolver_timeout 5s;
	upstream shop {
		server 10.1.0.1:8080 max_fails=2;
		server 10.1.0.2:8080 backup;
		keepalive 16;
	}
	server {
		listen 80;
		server_name shop.test;
		set $late late.internal;` +
		fmt.Sprintf(route, "/", "shop", "3s", "30s") +
		fmt.Sprintf(route, "/api/", "10.1.0.3:9000", "2s", "60s") +
		fmt.Sprintf(route, "/late/", "$late:9000", "4s", "1d") + `
	}
}
`
	path := filepath.Join(b.TempDir(), "nginx.conf")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
	took, used := measure(b, "check", path, "--mutate", "--runtime", "local")
	report(b, took, 0)
	b.ReportMetric(used.Seconds(), "s-of-cpu")
}

// A healthy request through a gateway that is traced, and through one that is not.
func BenchmarkTracing(b *testing.B) {
	rt := virtualHere(b)
	var median [2]time.Duration
	for i, clock := range []harness.Clock{harness.RealClock, harness.VirtualClock} {
		lab, err := harness.OpenBy(b.Context(), clock, rt, nginx.Reference("nginx"), harness.Plot{Name: "speed"})
		if err != nil {
			b.Fatal(err)
		}
		var took []time.Duration
		for range 500 {
			began := time.Now()
			if err := lab.Bays[0].Healthy(b.Context()); err != nil {
				b.Fatal(err)
			}
			took = append(took, time.Since(began))
		}
		if err := lab.Close(); err != nil {
			b.Fatal(err)
		}
		slices.Sort(took)
		median[i] = percentile(took, 0.5)
	}
	b.ReportMetric(milliseconds(median[0]), "ms-untraced/p50")
	b.ReportMetric(milliseconds(median[1]), "ms-traced/p50")
	b.ReportMetric(float64(median[1])/float64(median[0]), "times")
	b.ReportMetric(0, "ns/op")
}
