package scenarios

import (
	"github.com/badgateway/badgateway/faults"
	. "github.com/badgateway/badgateway/harness"
)

var crash = []Scenario{
	{
		ID: "crash/refused", Documented: true, Folklore: "502",
		Title:  "an upstream whose process is gone is a bad gateway, at once",
		Why:    "Nothing listens on the port, so the kernel of the upstream's host refuses the connection. The gateway knows it within a round trip and says 502. Look for a crashed or stopped service, or a wrong port.",
		World:  World{Process: true},
		Fault:  faults.Refused,
		Expect: BadGateway(Immediately, 1, "connection_refused"),
	},
	{
		ID: "crash/killed", Folklore: "502",
		Title:  "an upstream that is killed while it works on the request is a bad gateway, at once",
		Why:    "The process died with the request in its hands; its kernel closed the connection and no byte of an answer had been sent. The work may have been done or not. Look for a crash, an out-of-memory kill or a restart at that second.",
		World:  World{Process: true},
		Fault:  faults.Killed,
		Expect: BadGateway(Immediately, 1, "http_response_incomplete"),
	},
	{
		ID: "crash/reset", Folklore: "502",
		Title:  "an upstream that resets the connection after the request is a bad gateway, at once",
		Why:    "The upstream, or something between, tore the connection down after it had the request: a crash with unread data, a worker recycled by force, a load balancer that gave up. There is no answer to relay.",
		Fault:  faults.Reset,
		Expect: BadGateway(Immediately, 1, "connection_terminated"),
	},
	{
		ID: "crash/empty", Folklore: "502",
		Title:  "an upstream that closes without an answer is a bad gateway, at once",
		Why:    "The upstream read the request and closed the connection in good order without a byte. Application servers do that when a worker dies, and when their own request limit closes idle connections.",
		Fault:  faults.Empty,
		Expect: BadGateway(Immediately, 1, "http_response_incomplete"),
	},
	{
		ID: "crash/reset-on-accept", Folklore: "502",
		Title:  "an upstream that resets every connection at once is a bad gateway, at once",
		Why:    "The connection is made and torn down before the request is read: a proxy or mesh sidecar without a backend, a TLS terminator that is shutting down. Depending on who is faster the gateway notices while it sends or while it reads.",
		Fault:  faults.ResetOnAccept,
		Expect: BadGateway(Immediately, 1, "connection_terminated"),
	},
	{
		ID: "crash/cut-header", Folklore: "502",
		Title:  "an upstream that dies in the middle of its header is a bad gateway, at once",
		Why:    "Part of a header came, then the end of the connection. No status has been given to the client yet, so the gateway can still say 502 and has to: half a header is no answer.",
		Fault:  faults.CutHeader,
		Expect: BadGateway(Immediately, 1, "http_response_incomplete"),
	},
	{
		ID: "crash/restarted", Folklore: "502",
		Title:  "an upstream that was restarted is served from with the first request",
		Why:    "While the process was gone clients got 502. What counts is what follows: a gateway that holds a grudge against the only upstream it has turns a restart of a second into an outage of ten.",
		World:  World{Process: true},
		Fault:  faults.Refused,
		Expect: append(BadGateway(Immediately, 1, "connection_refused"), RecoversAtOnce()),
	},
}
