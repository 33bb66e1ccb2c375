package nginx

import "github.com/badgateway/badgateway/harness"

// The reasons behind the deviations below.
const (
	orderlyEnd = "NGINX ends the connection of a client of HTTP/1.0 in good order, though the upstream's body broke off"
	no408      = "NGINX documents a 408 for a client that is too slow with its body, and closes the connection without a word (RFC 9110 15.5.9)"
	own100     = "NGINX says 100 Continue on its own account before it has asked the upstream (RFC 9110 10.1.1 lets it for upstreams that it takes for HTTP/1.0)"
)

// deviationsOfBodies are those in how bodies are passed on.
func deviationsOfBodies() []harness.Deviation {
	return []harness.Deviation{
		{Scenario: "body/http10-client", Check: harness.Ends(200, harness.Truncated).Title, Instead: harness.Ends(200, harness.SilentlyTruncated), Reason: orderlyEnd},
		{Scenario: "send/client-stops", Check: harness.Answers(408).Title, Instead: harness.Ends(0, harness.Closed), Reason: no408},
		{Scenario: "send/expect-refused", Check: harness.SparesBody().Title, Instead: harness.LetsSendBody(), Reason: own100},
	}
}
