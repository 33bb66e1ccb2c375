package scenarios

import (
	"github.com/badgateway/badgateway/faults"
	. "github.com/badgateway/badgateway/harness"
)

var malformed = []Scenario{
	{
		ID: "malformed/not-http", Folklore: "502",
		Title:  "an upstream that does not speak HTTP is a bad gateway, at once",
		Why:    "Some other service is behind the port. A gateway that takes any bytes for an answer of HTTP/0.9 hands them to the client without a status; such a client sees garbage, and the access log a 200.",
		Fault:  faults.NotHTTP,
		Expect: BadGateway(Immediately, 1, "http_protocol_error"),
	},
	{
		ID: "malformed/bad-status-line", Folklore: "502",
		Title:  "an upstream with a broken status line is a bad gateway, at once",
		Why:    "Without a status code there is nothing that could be relayed. What the upstream meant cannot be known.",
		Fault:  faults.BadStatusLine,
		Expect: BadGateway(Immediately, 1, "http_protocol_error"),
	},
	{
		ID: "malformed/header-nul", Folklore: "502",
		Title:  "an upstream with a NUL in its header is a bad gateway, at once",
		Why:    "A control byte in a header is how answers are smuggled past filters that end strings at it. A gateway has to refuse the answer or clean it (RFC 9110 5.5); most refuse.",
		Fault:  faults.NULInHeader,
		Expect: BadGateway(Immediately, 1, "http_protocol_error"),
	},
	{
		ID: "malformed/header-too-large", Documented: true, Folklore: "502",
		Title:  "an upstream whose header is larger than the gateway's buffer is a bad gateway, at once",
		Why:    "The answer is valid and the upstream is healthy; the gateway has no room for its header. It comes with large cookies and tokens, for some users only, and the upstream's log shows a 200. The buffer for the header is what to raise, or the cookie what to shrink.",
		Fault:  faults.HeaderTooLarge,
		Expect: BadGateway(HeaderBuffer, 1, "http_response_header_section_size"),
	},
	{
		ID: "malformed/bad-chunk", Folklore: "502",
		Title:  "a broken chunk ends the response visibly, at once",
		Why:    "The header has gone out by the time the broken chunk comes. The gateway can only break off; that the client can see it depends on the last chunk being left out.",
		Fault:  faults.BadChunk,
		Expect: CutOff(Immediately, "http_response_transfer_coding"),
	},
	{
		ID: "malformed/short-body", Folklore: "502",
		Title:  "a body shorter than its Content-Length ends the response visibly, at once",
		Why:    "The upstream promised more than it sent. The client has the promised length too and can see that bytes are missing, if it looks; a cache may keep it only as incomplete (RFC 9111 3.3).",
		Fault:  faults.ShortBody,
		Expect: CutOff(Immediately, "http_response_incomplete"),
	},
	{
		ID: "malformed/two-lengths", Folklore: "502",
		Title:  "an upstream with two different Content-Lengths is a bad gateway, at once",
		Why:    "Which length counts decides where the next answer on the connection begins; whoever gets it wrong hands one user's answer to another. A gateway must answer 502 and drop the connection (RFC 9112 6.3).",
		Fault:  faults.TwoLengths,
		Expect: BadGateway(Immediately, 1, "http_protocol_error"),
	},
	{
		ID: "malformed/tls-alert", Folklore: "502",
		Title:  "an upstream that answers with a TLS alert is a bad gateway, at once",
		Why:    "The upstream expects TLS where the gateway is configured to speak plain HTTP: http:// written for https://. Seven bytes of alert are all that it says.",
		Fault:  faults.TLSAlert,
		Expect: BadGateway(Immediately, 1, "http_protocol_error"),
	},
}
