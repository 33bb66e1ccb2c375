package report_test

import (
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/report"
)

// Every format tells which alterations survive, and how many count.
func TestSurvivorsAreTold(t *testing.T) {
	r := shop()
	line := func(n int, says string) harness.Position {
		return harness.Position{File: conf, Line: n, Column: 5, Says: says}
	}
	r.Mutations = []report.Mutation{
		{At: line(1, "proxy_read_timeout 60s"), To: "proxy_read_timeout 30s", Noticed: "slow/never@GET /", Became: "another"},
		{At: line(2, "proxy_send_timeout 60s"), To: "proxy_send_timeout 30s", Dead: true},
		{At: line(3, "proxy_buffering on"), To: "proxy_buffering off", Would: "body/cut@GET /"},
		{At: line(4, "error_page 502 /x"), Refused: true},
		{At: line(5, "add_header A \x1b[31m<i>"), To: ""},
	}
	for name, render := range map[string]report.Renderer{"text": report.Text(report.Style{}), "summary": report.Summary, "html": report.HTML} {
		text := rendered(t, render, r)
		says(t, text, "1 of 4 alterations are noticed (25%)", "the gateway does not start", "and none can be decided by it", "left out")
		if strings.Contains(text, "\x1b") || name != "text" && strings.Contains(text, "<i>") {
			t.Errorf("%s obeys what the configuration says:\n%s", name, text)
		}
	}
	says(t, rendered(t, report.JSON, r), `"would": "body/cut@GET /"`, `"dead": true`)
	r.Mutations = nil
	if text := rendered(t, report.HTML, r); strings.Contains(text, "alterations") {
		t.Error("it tells of alterations that nobody made")
	}
}
