package speed_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/faults"
	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/docker"
	"github.com/badgateway/badgateway/harness/local"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/scenarios"
	"github.com/badgateway/badgateway/suites/place"
)

func runtimeHere(b *testing.B) *local.Runtime {
	rt, err := local.New(local.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { rt.Close() })
	if err := rt.Supports(b.Context(), 0); err != nil {
		b.Skip(err)
	}
	return rt
}

// A fresh lab, from nothing to the first 200 through its gateway, and its end.
func BenchmarkFreshLab(b *testing.B) {
	b.Run("docker", func(b *testing.B) {
		rt, err := docker.New(docker.Options{})
		if err != nil {
			b.Skip(err)
		}
		b.Cleanup(func() { rt.Close() })
		freshLabs(b, rt)
	})
	b.Run("local", func(b *testing.B) { freshLabs(b, runtimeHere(b)) })
}

func freshLabs(b *testing.B, rt harness.Runtime) {
	var first, end []time.Duration
	for b.Loop() {
		began := time.Now()
		lab, err := harness.Open(b.Context(), rt, nginx.Reference("nginx"), harness.Plot{Name: "speed"})
		if err != nil {
			b.Fatal(err)
		}
		if err := lab.Bays[0].Healthy(b.Context()); err != nil {
			b.Fatal(err)
		}
		first = append(first, time.Since(began))
		began = time.Now()
		if err := lab.Close(); err != nil {
			b.Fatal(err)
		}
		end = append(end, time.Since(began))
	}
	slices.Sort(first)
	slices.Sort(end)
	b.ReportMetric(milliseconds(percentile(first, 0.5)), "ms-to-first-200/p50")
	b.ReportMetric(milliseconds(percentile(first, 0.95)), "ms-to-first-200/p95")
	b.ReportMetric(milliseconds(percentile(end, 0.5)), "ms-to-end/p50")
	b.ReportMetric(milliseconds(percentile(end, 0.95)), "ms-to-end/p95")
	b.ReportMetric(0, "ns/op")
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// patient is a gateway with NGINX's own timeouts, of 60 s.
const patient = `events {}
http {
	access_log off;
	server {
		listen 80;
		location / {
			proxy_pass http://app.test:8080;
		}
	}
}
`

// Two hundred labs side by side, each with one cell that waits for 60 s.
func BenchmarkTwoHundredLabs(b *testing.B) {
	const labs, floor = 200, 60 * time.Second
	rt := runtimeHere(b)
	config := filepath.Join(b.TempDir(), "nginx.conf")
	if err := os.WriteFile(config, []byte(patient), 0o644); err != nil {
		b.Fatal(err)
	}
	plan := harness.Plan{Runtime: rt, Gateway: nginx.Own{Config: config, URL: "http://site.test/", Upstream: "app.test:8080"}, Parallel: labs}
	for _, s := range scenarios.All() {
		if s.ID != "slow/never" {
			continue
		}
		for i := range labs {
			s.ID = fmt.Sprint("slow/never-", i)
			s.Fault = faults.Never
			plan.Scenarios = append(plan.Scenarios, s)
		}
	}
	for b.Loop() {
		ctx, cancel := context.WithCancel(b.Context())
		memory := make(chan int64, 1)
		go func() { memory <- mostMemory(ctx) }()
		began := time.Now()
		summary, err := harness.Run(b.Context(), plan)
		took := time.Since(began)
		cancel()
		if err != nil || summary.Verdict() != harness.Pass {
			b.Fatalf("what was measured is no run: %v, %v", summary.Verdict(), err)
		}
		b.ReportMetric(took.Seconds(), "s/run")
		b.ReportMetric(floor.Seconds(), "s/floor")
		b.ReportMetric(float64(<-memory)/labs/(1<<20), "MB/lab")
		b.ReportMetric(0, "ns/op")
	}
}

// mostMemory is the most that this process's descendants held together, until ctx ends:
// their proportional set sizes (proc(5), smaps_rollup), in bytes.
func mostMemory(ctx context.Context) (most int64) {
	for every := time.NewTicker(10 * time.Second); ; {
		select {
		case <-every.C:
			total := int64(0)
			for _, pid := range place.Descendants(os.Getpid()) {
				text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
				for line := range strings.Lines(string(text)) {
					if f := strings.Fields(line); len(f) == 3 && f[0] == "Pss:" {
						kilobytes, _ := strconv.ParseInt(f[1], 10, 64)
						total += kilobytes << 10
					}
				}
			}
			most = max(most, total)
		case <-ctx.Done():
			return most
		}
	}
}
