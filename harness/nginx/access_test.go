package nginx

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
)

// inCombined, inPairs and inJSON are lines of NGINX 1.22.1, whose log_format names the variables
// so.
func inCombined(status string) string {
	return `198.19.0.1 - - [23/Nov/2026:07:02:11 +0000] "GET /pay?token=hush HTTP/1.1" ` + status + ` 157 "-" "curl/7.88.1"`
}

func inPairs(status, took, connect, header, upstreamStatus, address string) string {
	return inCombined(status) + ` rt=` + took + ` uct="` + connect + `" uht="` + header + `" urt="0.000" us="` + upstreamStatus + `" ua="` + address + `"`
}

func inJSON(status, connect, header, upstreamStatus, address string) string {
	return `{"time_iso8601":"2026-11-23T07:02:11+00:00","status":"` + status + `","request":"GET /pay?token=hush HTTP/1.1","request_time":"1.001","upstream_addr":"` + address +
		`","upstream_status":"` + upstreamStatus + `","upstream_connect_time":"` + connect + `","upstream_header_time":"` + header + `"}`
}

func TestWhatAnAccessLogTells(t *testing.T) {
	for _, c := range []struct{ line, says, upstreams string }{
		{inCombined("502"), "status 502", ""},
		{inCombined("504"), "status 504", ""},
		{inCombined("499"), "status 499", ""},
		{inPairs("502", "0.000", "-", "-", "502", "127.0.0.1:18100"), "status 502, no connection stood", "127.0.0.1:18100"},
		{inPairs("502", "0.000", "-, -", "-, -", "502, 502", "127.0.0.1:18100, 127.0.0.1:18109"), "status 502, no connection stood", "127.0.0.1:18100 127.0.0.1:18109"},
		{inPairs("502", "0.000", "-", "-", "502", "dead"), "status 502, no connection stood", "dead"},
		{inPairs("502", "0.110", "0.000", "-", "502", "127.0.0.1:18101"), "status 502, a connection stood and no header came", "127.0.0.1:18101"},
		{inPairs("502", "0.018", "0.000", "0.018", "502", "unix:/run/app.sock"), "status 502, a header came from the upstream", "unix:/run/app.sock"},
		{inPairs("502", "1.076", "-", "-", "-", "-"), "status 502, no upstream was asked", ""},
		{inPairs("504", "1.001", "0.000", "-", "504", "127.0.0.1:18102"), "status 504, a connection stood and no header came", "127.0.0.1:18102"},
		{inPairs("504", "1.001", "-", "-", "504", "[2001:db8::1]:80"), "status 504, no connection stood", "[2001:db8::1]:80"},
		{inPairs("504", "0.001", "0.000", "0.000", "504", "127.0.0.1:18105"), "status 504, a header came from the upstream", "127.0.0.1:18105"},
		{inPairs("499", "0.600", "0.000", "-", "-", "127.0.0.1:18102"), "status 499", "127.0.0.1:18102"},
		{inPairs("500", "0.000", "-", "-", "-", "-"), "status 500, no upstream was asked", ""},
		{inPairs("503", "0.003", "0.000", "0.003", "503", "127.0.0.1:18104"), "status 503, a header came from the upstream", "127.0.0.1:18104"},
		{inJSON("502", "-", "-", "502", "127.0.0.1:18100"), "status 502, no connection stood", "127.0.0.1:18100"},
		{inJSON("400", "0.000", "0.001", "400", "127.0.0.1:18108"), "status 400, a header came from the upstream", "127.0.0.1:18108"},
		{"time=2026-11-23T07:02:11+00:00 status=503 upstream_status=- request_time=0.001", "status 503, no upstream was asked", ""},
		{"nginx-1  | " + inCombined("504"), "status 504", ""},
	} {
		sign, sense := interpret(c.line)
		at := time.Date(2026, 11, 23, 7, 2, 11, 0, time.UTC)
		if sense != harness.Symptomatic || sign.Symptom.Says != c.says || sign.Log != harness.AccessLog || !sign.At.Equal(at) || strings.Join(sign.Upstreams, " ") != c.upstreams {
			t.Errorf("%s\nshows %v %q at %v, %q of %v", c.line, sense, sign.Symptom.Says, sign.At, sign.Log, sign.Upstreams)
		}
		if strings.Contains(sign.Said, "hush") {
			t.Errorf("%q tells what a client has written", sign.Said)
		}
	}
	if sign, _ := interpret(inPairs("502", "1.076", "-", "-", "-", "-")); !strings.HasSuffix(sign.Said, "(1.076 s)") {
		t.Errorf("%q does not tell how long it took", sign.Said)
	}
	if sign, _ := interpret(`{"msec":"1795417331.500","status":502,"upstream_status":"502"}`); sign.Stamp != "2026-11-23T07:02:11Z" {
		t.Errorf("milliseconds are told as %q", sign.Stamp)
	}
}

func TestAnAccessLogOfHealthyExchangesIsSound(t *testing.T) {
	for _, line := range []string{
		inCombined("200"), inCombined("404"), inCombined("302"), inPairs("200", "0.001", "0.000", "0.001", "200", "127.0.0.1:18100"),
		inPairs("200", "0.001", "-, 0.000", "-, 0.001", "502, 200", "127.0.0.1:18100, 127.0.0.1:18109"), inJSON("200", "0.000", "0.001", "200", "127.0.0.1:18100"),
	} {
		if sign, sense := interpret(line); sense != harness.Sound || sign.Log != harness.AccessLog {
			t.Errorf("%s is taken for %v %q", line, sense, sign.Symptom.Says)
		}
	}
}

// What a client writes into its request, its agent or its referrer is none of NGINX's fields.
func TestNobodyPutsFieldsIntoAnAccessLog(t *testing.T) {
	const forged = `status=502 us=502 rt=1 uct=- uht=- ua=10.0.0.1:80`
	for _, line := range []string{
		strings.Replace(inCombined("200"), "curl/7.88.1", forged, 1),
		strings.Replace(inCombined("200"), "/pay?token=hush", "/"+forged, 1),
		strings.Replace(inCombined("200"), `"-"`, `"`+forged+` \x22 `+forged+`"`, 1),
		strings.Replace(inJSON("200", "0.000", "0.001", "200", "127.0.0.1:18100"), "GET /pay", forged, 1),
		inCombined("200") + ` agent="` + forged + `"`,
	} {
		if sign, sense := interpret(line); sense != harness.Sound {
			t.Errorf("%s is taken for %q", line, sign.Symptom.Says)
		}
	}
	line := inCombined("502") + ` ua="Mozilla/5.0 (X11; Linux)"`
	if sign, _ := interpret(line); len(sign.Upstreams) > 0 {
		t.Errorf("a client's agent is taken for the upstreams %q", sign.Upstreams)
	}
}

func TestEveryStatusIsTold(t *testing.T) {
	for i := range statuses {
		s := &statuses[i]
		if got := statusOf(s.code, s.reach); got != s {
			t.Errorf("status %d, %q is told by another row", s.code, s.reach)
		}
		if s.reach == untold {
			continue
		}
		if !slices.ContainsFunc(statuses, func(o status) bool { return o.code == s.code && o.reach == untold }) {
			t.Errorf("status %d has no row for a log that does not tell how far it came", s.code)
		}
	}
}
