package scenarios

import (
	"github.com/badgateway/badgateway/faults"
	. "github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

var scgi = []Scenario{
	{
		ID: "scgi/healthy", Folklore: "200",
		Title:  "an SCGI application that is well is passed on",
		Why:    "Nothing is wrong: the request goes out as a netstring of variables, and the answer comes back as CGI's output. What fails here is wrong in the configuration, such as a variable that the application needs.",
		World:  World{Speaks: agent.SCGI},
		Fault:  faults.Nothing,
		Expect: Served(200),
	},
	{
		ID: "scgi/refused", Folklore: "502",
		Title:  "an SCGI application that is gone is a bad gateway, at once",
		Why:    "Nothing listens where scgi_pass leads: the application server is stopped, is being restarted, or listens elsewhere.",
		World:  World{Speaks: agent.SCGI, Process: true},
		Fault:  faults.Refused,
		Expect: BadGateway(Immediately, 1, "connection_refused"),
	},
	{
		ID: "scgi/killed", Folklore: "502",
		Title:  "an SCGI application that is killed while it works is a bad gateway, at once",
		Why:    "The worker died with the request in its hands: a crash, a limit on its memory, a restart by force. The log of the application server says which.",
		World:  World{Speaks: agent.SCGI, Process: true},
		Fault:  faults.Killed,
		Expect: BadGateway(Immediately, 1, "http_response_incomplete"),
	},
	{
		ID: "scgi/reset", Folklore: "502",
		Title:  "an SCGI application that resets the connection is a bad gateway, at once",
		Why:    "The connection was torn down after the request had been sent: there is no answer to relay. The work may have been done or not.",
		World:  World{Speaks: agent.SCGI},
		Fault:  faults.Reset,
		Expect: BadGateway(Immediately, 1, "connection_terminated"),
	},
	{
		ID: "scgi/closed", Folklore: "502",
		Title:  "an SCGI application that closes without an answer is a bad gateway, at once",
		Why:    "The request was read and the connection closed in good order, without a byte. A worker that is recycled in the middle of a request does that.",
		World:  World{Speaks: agent.SCGI},
		Fault:  faults.Empty,
		Expect: BadGateway(Immediately, 1, "http_response_incomplete"),
	},
	{
		ID: "scgi/never", Folklore: "504",
		Title:  "an SCGI application that never answers is a gateway timeout, after the read timeout",
		Why:    "The request was read and nothing comes back. scgi_read_timeout ends the client's wait; the application works on, for nobody.",
		World:  World{Speaks: agent.SCGI},
		Fault:  faults.Never,
		Expect: GatewayTimeout(ReadTimeout, 1, "connection_read_timeout"),
	},
	{
		ID: "scgi/stall", Folklore: "504",
		Title:  "an SCGI application that stops in its answer ends visibly, after the read timeout",
		Why:    "Header and half of the page have been sent on, then nothing comes. There is no status left to say so; the length that was promised shows the cut.",
		World:  World{Speaks: agent.SCGI},
		Fault:  faults.ApplicationStalls,
		Expect: CutOff(ReadTimeout, "connection_read_timeout"),
	},
	{
		ID: "scgi/cut", Folklore: "502",
		Title:  "an SCGI application that dies in its answer ends visibly, at once",
		Why:    "The header had promised more than came. The 200 cannot be taken back; the missing bytes are what the client can see.",
		World:  World{Speaks: agent.SCGI},
		Fault:  faults.ApplicationCut,
		Expect: CutOff(Immediately, "http_response_incomplete"),
	},
	{
		ID:     "scgi/status",
		Title:  "a status that the application gives itself is relayed and not blamed on the gateway",
		Why:    "In CGI the status is a field, Status: 503, which the gateway turns into its status line. A 5xx that comes so is the application's own word; a gateway that makes a 502 of it hides who is overloaded.",
		World:  World{Speaks: agent.SCGI},
		Fault:  faults.ApplicationStatus,
		Expect: []Check{Answers(503), Keeps("Retry-After", "7"), AnswersInTime(Immediately), Tries(1), Recovers(), Names(""), HidesVersion()},
	},
	{
		ID: "scgi/no-header", Folklore: "502",
		Title:  "output without a header is a bad gateway, at once",
		Why:    "The first line that came is no field: the application printed its page without a header, or a message before it.",
		World:  World{Speaks: agent.SCGI},
		Fault:  faults.ApplicationHeadless,
		Expect: BadGateway(Immediately, 1, "http_protocol_error"),
	},
	{
		ID: "scgi/big-header", Folklore: "502",
		Title:  "a header larger than scgi_buffer_size is a bad gateway, at once",
		Why:    "The application's header has to fit into one buffer: a page of memory unless it is configured. Long cookies fill it.",
		World:  World{Speaks: agent.SCGI},
		Fault:  faults.ApplicationHeaderTooLarge,
		Expect: BadGateway(Immediately, 1, "http_response_header_section_size"),
	},
}
