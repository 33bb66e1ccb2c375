package report_test

import (
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/report"
)

func TestACrowdIsToldOf(t *testing.T) {
	c := with(failed(), func(c *harness.Cell) {
		c.Load = &harness.Load{Requests: 5, Attempts: 6, Ends: []harness.LoadEnd{
			{Outcome: harness.Answered, Status: 200, Count: 4, Took: harness.Quantiles{P50: 0.004, P95: 1.5, P99: 1.75, Max: 2}},
			{Outcome: harness.Hang, Count: 1},
		}}
	})
	text := rendered(t, report.Text(report.Style{}), aRun(c))
	says(t, text, "crowd", "5 requests, each from when it was due: 4 got 200 OK, half within 4.0 ms, 95% 1.500 s, 99% 1.750 s, the last 2.000 s; 1 got hang",
		"attempts at the upstreams: 6")
	if alone := rendered(t, report.Text(report.Style{}), aRun(failed())); strings.Contains(alone, "crowd") {
		t.Errorf("there was no crowd:\n%s", alone)
	}
}
