//go:build linux && soak

package clock_test

import (
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/local"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/scenarios"
	"github.com/badgateway/badgateway/suites/place"
)

// Both sides of the read timeout, 200 times each, with and without four busy loops beside them.
func TestBothSidesTwoHundredTimes(t *testing.T) {
	for _, busy := range []int{0, 4} {
		place.Busy(t, busy)
		l := newLab(t, "nginx")
		for range 200 {
			l.playing(t, func() { pairs[0].in(l) })
			l.playing(t, func() { pairs[0].out(l) })
			if t.Failed() {
				return
			}
		}
		t.Logf("200 of 200 with %d busy loops", busy)
	}
}

// A request that is answered at once takes no time. Nobody plays here, so a clock that took the lab for idle
// in the middle of it would jump to the end of the client's patience.
func TestTheClockStandsWhileAnythingGoesOn(t *testing.T) {
	const requests = 5000
	for _, busy := range []int{0, 4} {
		place.Busy(t, busy)
		l := newLab(t, "nginx")
		for i := range requests {
			if x := l.ask("/"); x.Response.Status != 200 || x.Ended > moment {
				t.Fatalf("request %d of %d, with %d busy loops: %d after %v", i, requests, busy, x.Response.Status, x.Ended)
			}
		}
		t.Logf("%d requests with %d busy loops", requests, busy)
	}
}

// The whole catalogue by both clocks.
func TestTheCatalogueByBothClocks(t *testing.T) {
	rt, err := local.New(local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	available(t, rt)
	sum, err := harness.Run(t.Context(), harness.Plan{
		Runtime: rt, Gateway: nginx.Reference("nginx"), Scenarios: scenarios.All(), Clock: harness.VirtualClock, Confirm: harness.ConfirmAll,
	})
	if err != nil {
		t.Fatal(err)
	}
	virtual, confirmed := 0, 0
	for _, c := range sum.Cells {
		if c.Verdict != harness.Pass && c.Verdict != harness.Unsupported {
			t.Errorf("%s by the %s clock: %v: %s", c.ID, c.Clock, c.Verdict, c.Reason)
		}
		if c.Clock == harness.VirtualClock {
			virtual++
		}
		if c.Real != nil {
			confirmed++
		}
	}
	if virtual < len(sum.Cells)*9/10 || confirmed == 0 {
		t.Errorf("%d of %d cells by the virtual clock, %d confirmed", virtual, len(sum.Cells), confirmed)
	}
	t.Logf("%d of %d cells by the virtual clock, %d confirmed", virtual, len(sum.Cells), confirmed)
}
