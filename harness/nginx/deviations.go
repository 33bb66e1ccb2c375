package nginx

import (
	"slices"

	"github.com/badgateway/badgateway/harness"
)

// The reasons behind the deviations below.
const (
	resolverTimeout = "NGINX ends a request whose name could not be resolved with 502, whatever the reason, and keeps 504 for timeouts of the upstream itself (RFC 9209 2.3.1 recommends 504)"
	formErr         = "NGINX logs that an answer says FORMERR, and goes on waiting as if there had been none: the resolver's timeout ends it (RFC 9209 2.3.2 has dns_error for an answer that is one)"
	noResolver      = "NGINX takes a name that it cannot look up for a failure of the upstream, and answers 502 (RFC 9209 2.3.31 recommends 500)"
	nobodyLives     = "NGINX has one status for an upstream that fails and for there being none, 502 (RFC 9209 2.3.4 recommends 503)"
	loops           = "NGINX looks for no loop: the innermost round finds the worker's connections used up, is reset, and each round before it relays a 502"
	http09          = "NGINX takes an answer without a valid status line for one of HTTP/0.9 and passes its bytes on, without a status and with a 200 in the access log"
	noWord          = "NGINX closes the connection of a client that is too late with its header, and tells of the 408 in its access log alone (RFC 9110 15.5.9)"
	noPort          = "NGINX takes a connection that its own kernel cannot open for a failure of the upstream, and answers 502 (RFC 9209 2.3.30 recommends 500)"
	lastLength      = "NGINX took the last of several Content-Length lines (RFC 9112 6.3 asks for 502)"
	allTaken        = "NGINX turns away with 502 whom max_conns leaves no connection to the upstream (RFC 9209 2.3.12 recommends 503)"
	keepsSome       = "since 1.29.7 NGINX keeps connections to an upstream{} in which nobody says keepalive, and with them comes the race for their end (RFC 9112 9.3.1); keepalive 0 is the old default"
	oneWord         = "NGINX has one message for servers that are down and servers that have all the connections that they may have"
)

// deviations are where NGINX of that version is known not to keep a scenario's promise.
func deviations(version string) []harness.Deviation {
	return harness.Applying(slices.Concat(declared(), overTLS()), version)
}

// declared are the deviations of all versions.
func declared() []harness.Deviation {
	bad, timeout := harness.Answers(502).Title, harness.Answers(504).Title
	names := harness.Names("http_protocol_error").Title
	raw := harness.Ends(0, harness.RawBytes)
	return slices.Concat(deviationsOfHeaders(), deviationsOfBodies(), ofProtocols(), []harness.Deviation{
		{Scenario: "dns/silent", Check: timeout, Instead: harness.Answers(502), Reason: resolverTimeout},
		{Scenario: "dns/formerr", Check: harness.AnswersInTime(harness.Immediately).Title, Instead: harness.AnswersInTime(harness.ResolveTimeout), Reason: formErr},
		{Scenario: "dns/formerr", Check: harness.Names("dns_error").Title, Instead: harness.Names("dns_timeout"), Reason: formErr},
		{Scenario: "dns/astray", Check: timeout, Instead: harness.Answers(502), Reason: resolverTimeout},
		{Scenario: "misconfig/no-resolver", Check: harness.Answers(500).Title, Instead: harness.Answers(502), Reason: noResolver},
		{Scenario: "misconfig/deaf-resolver", Check: timeout, Instead: harness.Answers(502), Reason: resolverTimeout},
		{Scenario: "misconfig/empty-pool", Check: harness.Answers(503).Title, Instead: harness.Answers(502), Reason: nobodyLives},
		{Scenario: "misconfig/loop", Check: harness.Names("proxy_loop_detected").Title, Instead: harness.Names(""), Reason: loops},
		{Scenario: "pool/no-live-upstreams", Check: harness.Answers(503).Title, Instead: harness.Answers(502), Reason: nobodyLives},
		{Scenario: "pool/contaminated", Check: harness.Answers(503).Title, Instead: harness.Answers(502), Reason: nobodyLives},
		{Scenario: "pool/max-conns", Check: harness.Answers(503).Title, Instead: harness.Answers(502), Reason: allTaken},
		{Scenario: "pool/max-conns", Check: harness.Names("connection_limit_reached").Title, Instead: harness.Names("destination_unavailable"), Reason: oneWord},
		{Scenario: "reuse/unsaid", Since: "1.29.7", Check: harness.Answers(200).Title, Instead: harness.Answers(502), Reason: keepsSome},
		{Scenario: "reuse/unsaid", Since: "1.29.7", Check: harness.Names("").Title, Instead: harness.Names("http_response_incomplete"), Reason: keepsSome},
		{Scenario: "malformed/not-http", Check: bad, Instead: raw, Reason: http09},
		{Scenario: "malformed/bad-status-line", Check: bad, Instead: raw, Reason: http09},
		{Scenario: "malformed/tls-alert", Check: bad, Instead: raw, Reason: http09},
		{Scenario: "local/ports", Check: harness.Answers(500).Title, Instead: harness.Answers(502), Reason: noPort},
		{Scenario: "local/client-header-timeout", Check: harness.Answers(408).Title, Instead: harness.Ends(0, harness.Closed), Reason: noWord},
		{Scenario: "malformed/two-lengths", Before: "1.23.0", Check: bad, Reason: lastLength,
			Instead: harness.Ends(200, harness.SilentlyTruncated)},
		{Scenario: "malformed/two-lengths", Before: "1.23.0", Check: names, Reason: lastLength,
			Instead: harness.Names("")},
	})
}
