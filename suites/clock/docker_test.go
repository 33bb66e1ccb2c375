//go:build linux

package clock_test

import (
	"os"
	"slices"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/docker"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/scenarios"
)

// In a container the gateway is traced by its entry point, and the timeouts are NGINX's own.
func TestAContainersGatewayIsTraced(t *testing.T) {
	rt, err := docker.New(docker.Options{})
	if err == nil {
		defer rt.Close()
		err = rt.Supports(t.Context(), harness.VirtualTime)
	}
	if err != nil && os.Getenv("CI") != "" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skipf("SKIPPED, NOTHING WAS TESTED: %v", err)
	}
	tried := []string{"slow/never", "slow/body-stall", "firewall/syn-dropped", "dns/silent", "crash/killed", "pool/forgiven", "local/reload", "websocket/idle", "tls/stall"}
	few := slices.DeleteFunc(scenarios.All(), func(s harness.Scenario) bool { return !slices.Contains(tried, s.ID) })
	sum, err := harness.Run(t.Context(), harness.Plan{Runtime: rt, Gateway: nginx.Patient("nginx"), Scenarios: few, Clock: harness.VirtualClock})
	if err != nil {
		t.Fatal(err)
	}
	recorded := readRecord(t)
	for _, c := range sum.Cells {
		e := endedAs(c)
		if want := recorded[e.id]; e.verdict != want.verdict || e.told != want.told || !e.virtual {
			t.Errorf("%s by the %s clock: %v, %s; by the machine's it was %v, %s (%s)", e.id, c.Clock, e.verdict, e.told, want.verdict, want.told, e.why)
		}
	}
	if len(sum.Cells) != len(tried) {
		t.Errorf("%d of %d cells", len(sum.Cells), len(tried))
	}
}
