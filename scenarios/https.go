package scenarios

import (
	"github.com/badgateway/badgateway/faults"
	. "github.com/badgateway/badgateway/harness"
)

var https = []Scenario{
	{
		ID: "https/in-time", Folklore: "200",
		Title:  "an upstream over TLS that is slow but in time is waited for",
		Why:    "Half of the read timeout, counted from the request: the handshake is over by then and takes nothing away from it.",
		World:  World{TLS: true},
		Fault:  faults.InTime,
		Expect: Relayed(200, ReadTimeout.Times(0.5)),
		Repair: []Step{FindSlow},
	},
	{
		ID: "https/refused", Folklore: "502",
		Title:  "an upstream over TLS whose process is gone is a bad gateway, at once",
		Why:    "Nothing listens on the port, so there is no handshake to fail: TLS changes nothing about a connection that was refused.",
		World:  World{TLS: true, Process: true},
		Fault:  faults.Refused,
		Expect: BadGateway(Immediately, 1, "connection_refused"),
		Repair: []Step{ReadLogs, CheckHealth, Restart, CurlFromProxy},
	},
	{
		ID: "https/killed", Folklore: "502",
		Title:  "an upstream over TLS that is killed while it works on the request is a bad gateway, at once",
		Why:    "The process died with the request in its hands. Its kernel closed the connection without the close_notify that TLS ends with, and a gateway that says anything about an answer that never began says the same as in clear text.",
		World:  World{TLS: true, Process: true},
		Fault:  faults.Killed,
		Expect: BadGateway(Immediately, 1, "http_response_incomplete"),
		Repair: []Step{ReadLogs, CheckHealth, Restart},
	},
	{
		ID: "https/reset", Folklore: "502",
		Title:  "an upstream over TLS that resets after the request is a bad gateway, at once",
		Why:    "The upstream tore the connection down after it had the request. The gateway reads through a TLS library, which hands on the reset as an error of the system; one that drops it there logs a connection that was closed, and the reset that would lead to a crash or a firewall is lost.",
		World:  World{TLS: true},
		Fault:  faults.Reset,
		Expect: BadGateway(Immediately, 1, "connection_terminated"),
		Repair: []Step{ReadLogs, CheckHealth, CheckFirewall},
	},
	{
		ID: "https/never", Folklore: "504",
		Title:  "an upstream over TLS that never answers is a gateway timeout, after the read timeout",
		Why:    "The handshake went well, the request was read, and nothing comes back. What governs the handshake is over: only the read timeout ends this.",
		World:  World{TLS: true},
		Fault:  faults.Never,
		Expect: GatewayTimeout(ReadTimeout, 1, "connection_read_timeout"),
		Repair: []Step{ReadLogs, FindSlow, CheckHealth, RaiseTimeout},
	},
	{
		ID: "https/malformed", Folklore: "502",
		Title:  "an upstream over TLS with a NUL in its header is a bad gateway, at once",
		Why:    "What is inside TLS is HTTP as ever, and is judged as ever: a control byte in a header is how answers are smuggled past filters, encrypted or not.",
		World:  World{TLS: true},
		Fault:  faults.NULInHeader,
		Expect: BadGateway(Immediately, 1, "http_protocol_error"),
		Repair: []Step{ReadLogs, CurlFromProxy, FixApplication},
	},
}
