package nginx

import (
	"slices"

	"github.com/badgateway/badgateway/harness"
)

// The reasons behind the deviations below.
const (
	noColon       = "NGINX takes a header line without a colon for a field without a value (RFC 9112 5 knows no such line)"
	anyControl    = "NGINX refuses NUL and CR in a field's value and passes every other control byte on (RFC 9110 5.5 has them kept only where nobody parses them again)"
	anyStatus     = "NGINX relays every status of three digits (RFC 9110 15 has those from 600 on taken for a server's error)"
	anyVersion    = "NGINX takes any version from 1.0 on for one of HTTP/1 and relays the answer as HTTP/1.1 (RFC 9112 2.3)"
	finalInterim  = "NGINX takes an interim answer for the final one, from 1.29 on all but a 103 (RFC 9110 15.2)"
	switches      = "NGINX relays a 101 that nobody asked for (RFC 9110 7.8)"
	guessLength   = "NGINX took a Content-Length that is no number for none, and the body to end with the connection (RFC 9112 6.3 asks for 502)"
	prefersChunks = "NGINX removed a Content-Length that came with chunks and said nothing of it (RFC 9112 6.3 lets it, and would have it be an error)"
	guessCoding   = "NGINX took no notice of transfer codings that it does not know and passed the coded bytes on as the body"
)

// deviationsOfHeaders are those in how a header is read.
func deviationsOfHeaders() []harness.Deviation {
	bad := harness.Answers(502).Title
	raw, repaired := harness.Ends(0, harness.RawBytes), harness.Repairs(200)
	found := []harness.Deviation{
		{Scenario: "malformed/status-99", Check: bad, Instead: raw, Reason: http09},
		{Scenario: "malformed/status-line-empty", Check: bad, Instead: raw, Reason: http09},
		{Scenario: "malformed/header-control", Check: harness.RefusesOrCleans("X-Trace", "abc def").Title, Instead: harness.Answers(200), Reason: anyControl},
	}
	found = append(found, unnoticed("malformed/header-no-colon", repaired, noColon)...)
	found = append(found, unnoticed("malformed/status-999", harness.Answers(999), anyStatus)...)
	found = append(found, unnoticed("malformed/status-line-http2", repaired, anyVersion)...)
	found = append(found, unnoticed("malformed/unasked-101", harness.Answers(101), switches)...)
	found = append(found, unnoticedAs("malformed/only-100", "http_response_incomplete", harness.Ends(100, harness.Truncated), finalInterim)...)
	old := slices.Concat(unnoticed("malformed/length-negative", repaired, guessLength),
		unnoticed("malformed/length-no-number", repaired, guessLength),
		unnoticedAs("malformed/unknown-coding", "http_response_transfer_coding", repaired, guessCoding))
	old = append(old, harness.Deviation{Scenario: "malformed/length-and-chunks", Check: harness.Names("http_protocol_error").Title, Instead: harness.Names(""), Reason: prefersChunks})
	for i := range old {
		old[i].Before = "1.23.0"
	}
	return append(found, old...)
}

// unnoticed is that NGINX does not see what is wrong, and so does not say it either.
func unnoticed(scenario string, instead harness.Check, reason string) []harness.Deviation {
	return unnoticedAs(scenario, "http_protocol_error", instead, reason)
}

func unnoticedAs(scenario, errorType string, instead harness.Check, reason string) []harness.Deviation {
	return []harness.Deviation{
		{Scenario: scenario, Check: harness.Answers(502).Title, Instead: instead, Reason: reason},
		{Scenario: scenario, Check: harness.Names(errorType).Title, Instead: harness.Names(""), Reason: reason},
	}
}
