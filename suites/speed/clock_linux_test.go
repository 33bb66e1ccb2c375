package speed_test

import (
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
