package scenarios

import (
	"github.com/badgateway/badgateway/faults"
	. "github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

var uwsgi = []Scenario{
	{
		ID: "uwsgi/healthy", Folklore: "200",
		Title:  "a uwsgi application that is well is passed on",
		Why:    "Nothing is wrong: the request goes out as a block of variables, and the answer comes back as HTTP. What fails here is wrong in the configuration, such as a variable that the application needs.",
		World:  World{Speaks: agent.UWSGI},
		Fault:  faults.Nothing,
		Expect: Served(200),
	},
	{
		ID: "uwsgi/refused", Folklore: "502",
		Title:  "a uwsgi application that is gone is a bad gateway, at once",
		Why:    "Nothing listens where uwsgi_pass leads: the application server is stopped, is being restarted, or listens elsewhere.",
		World:  World{Speaks: agent.UWSGI, Process: true},
		Fault:  faults.Refused,
		Expect: BadGateway(Immediately, 1, "connection_refused"),
	},
	{
		ID: "uwsgi/killed", Folklore: "502",
		Title:  "a uwsgi application that is killed while it works is a bad gateway, at once",
		Why:    "The worker died with the request in its hands. uWSGI ends workers itself where they exceed harakiri or a limit of memory: its log says so.",
		World:  World{Speaks: agent.UWSGI, Process: true},
		Fault:  faults.Killed,
		Expect: BadGateway(Immediately, 1, "http_response_incomplete"),
	},
	{
		ID: "uwsgi/reset", Folklore: "502",
		Title:  "a uwsgi application that resets the connection is a bad gateway, at once",
		Why:    "The connection was torn down after the request had been sent: there is no answer to relay. The work may have been done or not.",
		World:  World{Speaks: agent.UWSGI},
		Fault:  faults.Reset,
		Expect: BadGateway(Immediately, 1, "connection_terminated"),
	},
	{
		ID: "uwsgi/closed", Folklore: "502",
		Title:  "a uwsgi application that closes without an answer is a bad gateway, at once",
		Why:    "The request was read and the connection closed in good order, without a byte. A worker that is recycled in the middle of a request does that.",
		World:  World{Speaks: agent.UWSGI},
		Fault:  faults.Empty,
		Expect: BadGateway(Immediately, 1, "http_response_incomplete"),
	},
	{
		ID: "uwsgi/never", Folklore: "504",
		Title:  "a uwsgi application that never answers is a gateway timeout, after the read timeout",
		Why:    "The request was read and nothing comes back. uwsgi_read_timeout ends the client's wait; the application works on, for nobody.",
		World:  World{Speaks: agent.UWSGI},
		Fault:  faults.Never,
		Expect: GatewayTimeout(ReadTimeout, 1, "connection_read_timeout"),
	},
	{
		ID: "uwsgi/stall", Folklore: "504",
		Title:  "a uwsgi application that stops in its answer ends visibly, after the read timeout",
		Why:    "Header and half of the page have been sent on, then nothing comes. There is no status left to say so; the length that was promised shows the cut.",
		World:  World{Speaks: agent.UWSGI},
		Fault:  faults.ApplicationStalls,
		Expect: CutOff(ReadTimeout, "connection_read_timeout"),
	},
	{
		ID: "uwsgi/cut", Folklore: "502",
		Title:  "a uwsgi application that dies in its answer ends visibly, at once",
		Why:    "The header had promised more than came. The 200 cannot be taken back; the missing bytes are what the client can see.",
		World:  World{Speaks: agent.UWSGI},
		Fault:  faults.ApplicationCut,
		Expect: CutOff(Immediately, "http_response_incomplete"),
	},
	{
		ID:     "uwsgi/status",
		Title:  "a status that the application gives itself is relayed and not blamed on the gateway",
		Why:    "uWSGI writes a status line, as HTTP has it. A 5xx that comes so is the application's own word; a gateway that makes a 502 of it hides who is overloaded.",
		World:  World{Speaks: agent.UWSGI},
		Fault:  faults.ApplicationStatus,
		Expect: []Check{Answers(503), Keeps("Retry-After", "7"), AnswersInTime(Immediately), Tries(1), Recovers(), Names(""), HidesVersion()},
	},
	{
		ID: "uwsgi/no-header", Folklore: "502",
		Title:  "output without a header is a bad gateway, at once",
		Why:    "The first line that came is neither a status line nor a field: the application printed its page without a header, or something that is no application answers.",
		World:  World{Speaks: agent.UWSGI},
		Fault:  faults.ApplicationHeadless,
		Expect: BadGateway(Immediately, 1, "http_protocol_error"),
	},
	{
		ID: "uwsgi/big-header", Folklore: "502",
		Title:  "a header larger than uwsgi_buffer_size is a bad gateway, at once",
		Why:    "The application's header has to fit into one buffer: a page of memory unless it is configured. Long cookies fill it.",
		World:  World{Speaks: agent.UWSGI},
		Fault:  faults.ApplicationHeaderTooLarge,
		Expect: BadGateway(Immediately, 1, "http_response_header_section_size"),
	},
}
