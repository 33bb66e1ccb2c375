package scenarios

import (
	"github.com/badgateway/badgateway/faults"
	. "github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

var http10 = []Scenario{
	{
		ID: "http10/healthy", Folklore: "200",
		Title:  "an upstream that is spoken to in HTTP/1.0 and is well is passed on",
		Why:    "Nothing is wrong: one request a connection, and no chunks. That was the gateway's own habit for twenty years, and still is where proxy_http_version says so.",
		World:  World{Speaks: agent.HTTP10},
		Fault:  faults.Nothing,
		Expect: Served(200),
	},
	{
		ID: "http10/refused", Folklore: "502",
		Title:  "an upstream of HTTP/1.0 that is gone is a bad gateway, at once",
		Why:    "Each request opens a connection of its own, so the first one that meets the dead upstream knows it.",
		World:  World{Speaks: agent.HTTP10, Process: true},
		Fault:  faults.Refused,
		Expect: BadGateway(Immediately, 1, "connection_refused"),
	},
	{
		ID: "http10/never", Folklore: "504",
		Title:  "an upstream of HTTP/1.0 that never answers is a gateway timeout, after the read timeout",
		Why:    "The request was read and nothing comes back. Only the gateway's read timeout ends it.",
		World:  World{Speaks: agent.HTTP10},
		Fault:  faults.Never,
		Expect: GatewayTimeout(ReadTimeout, 1, "connection_read_timeout"),
	},
	{
		ID: "http10/cut-header", Folklore: "502",
		Title:  "an upstream of HTTP/1.0 that dies in its header is a bad gateway, at once",
		Why:    "A status line had come, and the header never ended. Nothing of it can be passed on.",
		World:  World{Speaks: agent.HTTP10},
		Fault:  faults.CutHeader,
		Expect: BadGateway(Immediately, 1, "http_response_incomplete"),
	},
	{
		ID: "http10/no-length", Folklore: "200",
		Title:  "a body that ends with the connection is passed on whole",
		Why:    "Old servers and scripts say no length, and close. The gateway has to take that end for the body's, and to frame it anew for its client.",
		World:  World{Speaks: agent.HTTP10},
		Fault:  faults.NoLength,
		Expect: Served(200),
	},
	{
		ID: "http10/cut-no-length", Folklore: "502",
		Title:  "a body of unknown length that is cut by FIN looks whole to everyone",
		Why:    "The upstream died, its kernel closed, and that is the very sign that ends a whole body. No gateway can tell; clients get half a page with a 200, and caches keep it. Only a length that the upstream says, or chunks, help.",
		World:  World{Speaks: agent.HTTP10},
		Fault:  faults.NoLengthCut,
		Expect: []Check{Ends(200, SilentlyTruncated), AnswersInTime(Immediately), Tries(1), Recovers(), Names(""), HidesVersion()},
	},
	{
		ID: "http10/reset-no-length", Folklore: "502",
		Title:  "a body of unknown length that is cut by RST ends visibly, at once",
		Why:    "A reset is no end of a body. The gateway knows that something is missing and has to show it: the chunk that would end the body does not come.",
		World:  World{Speaks: agent.HTTP10},
		Fault:  faults.NoLengthReset,
		Expect: CutOff(Immediately, "connection_terminated"),
	},
	{
		ID: "http10/chunks", Folklore: "502",
		Title:  "chunks that an upstream of HTTP/1.0 was not asked for are understood",
		Why:    "The upstream answers as if HTTP/1.1 had been spoken, which it may not. A gateway that knows chunks does its client a favour by reading them; one that does not would pass the sizes on as a part of the page.",
		World:  World{Speaks: agent.HTTP10},
		Fault:  faults.UnaskedChunks,
		Expect: Served(200),
	},
}
