package scenarios

import (
	"github.com/badgateway/badgateway/faults"
	. "github.com/badgateway/badgateway/harness"
)

var socket = []Scenario{
	{
		ID: "socket/healthy", Folklore: "200",
		Title:  "an upstream at a unix socket that is well is passed on",
		Why:    "Nothing is wrong: HTTP is spoken over a file of the gateway's own machine, and no network is in it.",
		World:  World{Socket: true},
		Fault:  faults.Nothing,
		Expect: Served(200),
	},
	{
		ID: "socket/refused", Folklore: "502",
		Title:  "a socket at which nobody listens any more is a bad gateway, at once",
		Why:    "The process was killed and left its socket's file behind: connect(2) says ECONNREFUSED (111). That the file is there proves nothing.",
		World:  World{Socket: true, Process: true},
		Fault:  faults.Refused,
		Expect: BadGateway(Immediately, 0, "connection_refused"),
	},
	{
		ID: "socket/missing", Folklore: "502",
		Title:  "a socket that is not there is a bad gateway, at once",
		Why:    "connect(2) says ENOENT (2): the process ended in good order and took its socket with it, it was never started, or the two have different paths for it. A container that does not share the folder looks so, too.",
		World:  World{Socket: true},
		Fault:  faults.SocketMissing,
		Expect: BadGateway(Immediately, 0, "connection_refused"),
	},
	{
		ID: "socket/forbidden", Folklore: "502",
		Title:  "a socket that the gateway may not use is a bad gateway, at once",
		Why:    "connect(2) says EACCES (13): it takes the right to write to the file, and the gateway's workers run as another user. Look at its owner and mode (listen.owner and listen.mode of php-fpm), at its folder, and at SELinux.",
		World:  World{Socket: true},
		Fault:  faults.SocketForbidden,
		Expect: BadGateway(Immediately, 0, "proxy_configuration_error"),
	},
	{
		ID: "socket/full", Folklore: "502",
		Title:  "a socket whose queue is full is a bad gateway, at once",
		Why:    "connect(2) says EAGAIN (11): more wait than the listener has room for. Over TCP the same overload is a 504 after the connect timeout, since SYNs are dropped and sent again; a unix socket lets nobody wait. The log says `Resource temporarily unavailable`: raise the backlog and net.core.somaxconn, or the number of workers.",
		World:  World{Socket: true},
		Fault:  faults.SocketFull,
		Expect: BadGateway(Immediately, 0, "connection_refused"),
		Repair: []Step{CheckHealth, FindSlow, RaiseLimits},
	},
	{
		ID: "socket/killed", Folklore: "502",
		Title:  "an upstream at a socket that is killed while it works is a bad gateway, at once",
		Why:    "The process died with the request in its hands. Its kernel is the gateway's, and closed the connection.",
		World:  World{Socket: true, Process: true},
		Fault:  faults.Killed,
		Expect: BadGateway(Immediately, 1, "http_response_incomplete"),
	},
	{
		ID: "socket/closed", Folklore: "502",
		Title:  "an upstream at a socket that closes without an answer is a bad gateway, at once",
		Why:    "The request was read and the connection closed in good order, without a byte.",
		World:  World{Socket: true},
		Fault:  faults.Empty,
		Expect: BadGateway(Immediately, 1, "http_response_incomplete"),
	},
	{
		ID: "socket/malformed", Folklore: "502",
		Title:  "an upstream at a socket with a NUL in its header is a bad gateway, at once",
		Why:    "What an answer may hold does not depend on what it came over: the gateway refuses it as it would over a network.",
		World:  World{Socket: true},
		Fault:  faults.NULInHeader,
		Expect: BadGateway(Immediately, 1, "http_protocol_error"),
		Repair: []Step{ReadLogs, FixApplication},
	},
	{
		ID: "socket/never", Folklore: "504",
		Title:  "an upstream at a socket that never answers is a gateway timeout, after the read timeout",
		Why:    "The request was read and nothing comes back. That there is no network between the two does not shorten it.",
		World:  World{Socket: true},
		Fault:  faults.Never,
		Expect: GatewayTimeout(ReadTimeout, 1, "connection_read_timeout"),
	},
	{
		ID: "socket/stall", Folklore: "504",
		Title:  "a body that stalls at a socket ends visibly, after the read timeout",
		Why:    "The header has gone out with 200 and half of the body with it. There is no status left to say what happened.",
		World:  World{Socket: true},
		Fault:  faults.BodyStalled,
		Expect: CutOff(ReadTimeout, "connection_read_timeout"),
	},
}
