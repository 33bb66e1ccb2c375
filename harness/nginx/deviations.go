package nginx

import (
	"strconv"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// The reasons behind the deviations below.
const (
	resolverTimeout = "NGINX ends a request whose name could not be resolved with 502, whatever the reason, and keeps 504 for timeouts of the upstream itself (RFC 9209 2.3.1 recommends 504)"
	http09          = "NGINX takes an answer without a valid status line for one of HTTP/0.9 and passes its bytes on, without a status and with a 200 in the access log"
	firstLengths    = "before 1.23.0 NGINX took the last of several Content-Length lines (RFC 9112 6.3 asks for 502)"
)

// deviations are where NGINX of that version is known not to keep a scenario's promise.
func deviations(version string) []harness.Deviation {
	bad, timeout := harness.Answers(502).Title, harness.Answers(504).Title
	raw := harness.Ends(0, harness.RawBytes)
	found := []harness.Deviation{
		{Scenario: "dns/silent", Check: timeout, Instead: harness.Answers(502), Reason: resolverTimeout},
		{Scenario: "malformed/not-http", Check: bad, Instead: raw, Reason: http09},
		{Scenario: "malformed/bad-status-line", Check: bad, Instead: raw, Reason: http09},
		{Scenario: "malformed/tls-alert", Check: bad, Instead: raw, Reason: http09},
	}
	if older(version, "1.23.0") {
		names := harness.Names("http_protocol_error").Title
		found = append(found,
			harness.Deviation{Scenario: "malformed/two-lengths", Check: bad, Reason: firstLengths,
				Instead: harness.Ends(200, harness.SilentlyTruncated)},
			harness.Deviation{Scenario: "malformed/two-lengths", Check: names, Reason: firstLengths,
				Instead: harness.Names("")})
	}
	return found
}

// older compares dotted numbers. A version that is not known is taken for a new one.
func older(version, than string) bool {
	a, b := strings.Split(version, "."), strings.Split(than, ".")
	for i := range min(len(a), len(b)) {
		x, err := strconv.Atoi(a[i])
		if err != nil {
			return false
		}
		if y, _ := strconv.Atoi(b[i]); x != y {
			return x < y
		}
	}
	return false
}
