package scenarios

import (
	"time"

	"slices"

	"github.com/badgateway/badgateway/faults"
	. "github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// called is the world of gRPC: HTTP/2 on both sides, or trailers would be lost.
var called = World{Speaks: agent.GRPC, Front: FrontHTTP2}

// unnamed leaves open what the gateway calls it.
func unnamed(checks []Check) []Check {
	return slices.DeleteFunc(checks, func(c Check) bool { return c.Title == Names("").Title })
}

var grpc = []Scenario{
	{
		ID: "grpc/healthy", Folklore: "200",
		Title:  "a call of a service that is well is passed on with its trailers",
		Why:    "Nothing is wrong: one message goes out, one comes back, and grpc-status 0 behind it in the trailers. What fails here is wrong in the configuration.",
		World:  called,
		Fault:  faults.Nothing,
		Expect: append(Served(200), GRPCStatus("0")),
	},
	{
		ID: "grpc/refused", Folklore: "502",
		Title:  "a service that is gone is a bad gateway, at once",
		Why:    "Nothing listens where grpc_pass leads. The answer is a page with a 502 and has no grpc-status: clients make UNAVAILABLE of it, as of every 502, 503 and 504.",
		World:  World{Speaks: agent.GRPC, Front: FrontHTTP2, Process: true},
		Fault:  faults.Refused,
		Expect: append(BadGateway(Immediately, 1, "connection_refused"), GRPCStatus("")),
	},
	{
		ID: "grpc/killed", Folklore: "502",
		Title:  "a service that is killed while it works is a bad gateway, at once",
		Why:    "The process died with the call in its hands and no frame of an answer was there. Whether the call was carried out nobody knows: clients that repeat on UNAVAILABLE may do it twice.",
		World:  World{Speaks: agent.GRPC, Front: FrontHTTP2, Process: true},
		Fault:  faults.Killed,
		Expect: unnamed(BadGateway(Immediately, 1, "")), // by FIN or by RST: what the gateway says at once may be unread
	},
	{
		ID: "grpc/reset", Folklore: "502",
		Title:  "a service that resets the connection is a bad gateway, at once",
		Why:    "The connection was torn down after the call had been sent, with RST. With several calls on one connection each of them would have ended so.",
		World:  called,
		Fault:  faults.Reset,
		Expect: BadGateway(Immediately, 1, "connection_terminated"),
	},
	{
		ID: "grpc/closed", Folklore: "502",
		Title:  "a service that closes without an answer is a bad gateway, at once",
		Why:    "The connection was closed in good order after the call, without GOAWAY and without a field of an answer.",
		World:  called,
		Fault:  faults.Empty,
		Expect: BadGateway(Immediately, 1, "http_response_incomplete"),
	},
	{
		ID: "grpc/never", Folklore: "504",
		Title:  "a service that never answers is a gateway timeout, after the read timeout",
		Why:    "The call was taken and nothing comes back. To a client of gRPC the 504 is UNAVAILABLE and no DEADLINE_EXCEEDED: only a deadline of its own is that. grpc_read_timeout has to be longer than any stream is silent.",
		World:  called,
		Fault:  faults.Never,
		Expect: GatewayTimeout(ReadTimeout, 1, "connection_read_timeout"),
	},
	{
		ID: "grpc/stall", Folklore: "504",
		Title:  "a message that stalls ends visibly, after the read timeout",
		Why:    "Fields and half of a message have been sent on. The gateway breaks off by resetting the client's stream; there is no status left to say so.",
		World:  called,
		Fault:  faults.CallStalls,
		Expect: CutOff(ReadTimeout, "connection_read_timeout"),
	},
	{
		ID: "grpc/cut", Folklore: "502",
		Title:  "a service that dies in its message ends visibly, at once",
		Why:    "FIN came in the middle of a message, and the stream had not ended. The gateway resets the client's.",
		World:  called,
		Fault:  faults.CallCut,
		Expect: CutOff(Immediately, "http_response_incomplete"),
	},
	{
		ID: "grpc/error", Folklore: "200",
		Title:  "a service's own error is relayed, as the 200 that it is",
		Why:    "gRPC says its errors in grpc-status and leaves HTTP's status at 200. Access logs and alerts that count 5xx see nothing of an outage that is told so.",
		World:  called,
		Fault:  faults.CallError,
		Expect: []Check{Answers(200), GRPCStatus("14"), AnswersInTime(Immediately), Tries(1), Recovers(), Names(""), HidesVersion()},
	},
	{
		ID: "grpc/no-trailers", Folklore: "200",
		Title:  "an answer without trailers is relayed as it is, and no status made up",
		Why:    "To HTTP/2 the answer is whole. To gRPC it lacks its status, and clients call that UNKNOWN or INTERNAL: look for a service, or something before it, that is no gRPC server or drops trailers.",
		World:  called,
		Fault:  faults.NoTrailers,
		Expect: append(Served(200), GRPCStatus("")),
	},
	{
		ID: "grpc/goaway-error", Folklore: "502",
		Title:  "a connection that is ended for an error is a bad gateway, at once",
		Why:    "GOAWAY with INTERNAL_ERROR: the service gave up the whole connection. The log names the code.",
		World:  called,
		Fault:  faults.GoAwayError,
		Expect: BadGateway(Immediately, 1, "connection_terminated"),
	},
	{
		ID: "grpc/goaway-unprocessed", Folklore: "502",
		Title:  "a call that the service went away before is a bad gateway, at once",
		Why:    "GOAWAY named no stream, so the call was not worked on and could be sent again in safety, on another connection. With one server nobody else is there to ask.",
		World:  called,
		Fault:  faults.GoAwayUnprocessed,
		Expect: BadGateway(Immediately, 1, "connection_terminated"),
	},
	{
		ID: "grpc/goaway-graceful", Folklore: "200",
		Title:  "a service that announces its end and answers first is passed on",
		Why:    "That is how a service is restarted without a loss: GOAWAY names the call as the last that will be answered, and it is.",
		World:  called,
		Fault:  faults.GoAwayGraceful,
		Expect: append(Served(200), GRPCStatus("0")),
	},
	{
		ID: "grpc/closed-after", Folklore: "200",
		Title:  "a service that closes behind a whole answer is passed on",
		Why:    "The stream had ended with its trailers when the connection was closed, so nothing is missing. A service that ends after each call, or at the end of its life, does that.",
		World:  called,
		Fault:  faults.CallClosed,
		Expect: append(Served(200), GRPCStatus("0")),
	},
	{
		ID: "grpc/stream-refused", Folklore: "502",
		Title:  "a stream that is refused is a bad gateway, at once",
		Why:    "REFUSED_STREAM says that nothing was done: too many streams at once, or a service that is about to end. The call could be sent again in safety.",
		World:  called,
		Fault:  faults.StreamRefused,
		Expect: BadGateway(Immediately, 1, "http_response_incomplete"),
	},
	{
		ID: "grpc/stream-reset", Folklore: "502",
		Title:  "a stream that is reset before its answer is a bad gateway, at once",
		Why:    "The service ended this one stream with INTERNAL_ERROR; others on the connection go on. Look for the exception in the service's log.",
		World:  called,
		Fault:  faults.StreamReset,
		Expect: BadGateway(Immediately, 1, "http_response_incomplete"),
	},
	{
		ID: "grpc/stream-reset-late", Folklore: "502",
		Title:  "a stream that is reset in its message ends visibly, at once",
		Why:    "Fields and half of a message have been sent on when the service resets the stream. The gateway does the same to the client's.",
		World:  called,
		Fault:  faults.StreamResetLate,
		Expect: CutOff(Immediately, "http_response_incomplete"),
	},
	{
		ID: "grpc/frame-length", Folklore: "502",
		Title:  "a frame of a wrong length is a bad gateway, at once",
		Why:    "A PING has eight bytes and this one has seven: nothing that follows can be trusted to be where it should.",
		World:  called,
		Fault:  faults.FrameLength,
		Expect: BadGateway(Immediately, 1, "http_protocol_error"),
	},
	{
		ID: "grpc/frame-too-large", Folklore: "502",
		Title:  "a frame that is larger than allowed ends visibly, at once",
		Why:    "The service sent a longer frame than the gateway's settings let it. The header had been sent on by then.",
		World:  called,
		Fault:  faults.FrameTooLarge,
		Expect: CutOff(Immediately, "http_protocol_error"),
	},
	{
		ID: "grpc/data-on-zero", Folklore: "502",
		Title:  "a body on stream 0 ends visibly, at once",
		Why:    "Stream 0 is the connection itself and carries no body: whose it is nobody can say.",
		World:  called,
		Fault:  faults.DataOnZero,
		Expect: CutOff(Immediately, "http_protocol_error"),
	},
	{
		ID: "grpc/window-overflow", Folklore: "502",
		Title:  "a window that is widened too far is a bad gateway, at once",
		Why:    "Flow control counts in 31 bits, and the service allows more. Both sides would disagree about what may be sent.",
		World:  called,
		Fault:  faults.WindowOverflow,
		Expect: BadGateway(Immediately, 1, "http_protocol_error"),
	},
	{
		ID: "grpc/no-settings", Folklore: "502",
		Title:  "an answer before the settings is a bad gateway, at once",
		Why:    "A connection of HTTP/2 begins with SETTINGS on both sides. A service that begins otherwise does not speak it, or lost its beginning.",
		World:  called,
		Fault:  faults.NoSettings,
		Expect: BadGateway(Immediately, 1, "http_protocol_error"),
		Waits:  time.Second,
	},
	{
		ID: "grpc/http1", Folklore: "502",
		Title:  "a service that speaks HTTP/1 is a bad gateway, at once",
		Why:    "grpc_pass leads to a server of HTTP/1, which answers 400 to a preface that it does not know. The port is right for proxy_pass, or the service wants TLS to speak HTTP/2.",
		World:  called,
		Fault:  faults.NotThatProtocol,
		Expect: BadGateway(Immediately, 1, "http_protocol_error"),
		Repair: []Step{ReadLogs, FixConfig},
	},
}
