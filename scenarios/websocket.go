package scenarios

import (
	"time"

	"github.com/badgateway/badgateway/faults"
	. "github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// cutTunnel is what is expected where an open WebSocket ends without a Close frame: browsers
// call that 1006. The header has gone out, and no field can tell the client why.
func cutTunnel(t Term, errorType string) []Check {
	return []Check{Ends(101, Truncated), AnswersInTime(t), Tries(1), Recovers(), Names(errorType), HidesVersion()}
}

var websocket = []Scenario{
	{
		ID:     "websocket/healthy",
		Title:  "a WebSocket is switched to, used and closed",
		Why:    "Nothing is wrong: the wish to switch reaches the upstream, the client's message comes back, and each side says that it ends. What fails here is wrong in the configuration.",
		World:  World{Speaks: agent.WebSocket},
		Fault:  faults.Nothing,
		Expect: Served(101),
	},
	{
		ID: "websocket/no-upgrade", Folklore: "400",
		Title:  "a WebSocket that the configuration does not pass on is answered as a plain request",
		Why:    "Upgrade and Connection are of one connection only, and a gateway drops them unless it is told to set them anew (proxy_http_version 1.1 and two proxy_set_header lines). The upstream never hears of the wish; it gives its page with 200, or 400 or 426 where it insists. Browsers say `Unexpected response code`.",
		World:  World{Speaks: agent.WebSocket, Setup: NoUpgrade},
		Fault:  faults.Nothing,
		Expect: Served(200),
		Repair: []Step{CurlFromProxy, FixConfig},
	},
	{
		ID: "websocket/refused", Folklore: "502",
		Title:  "a WebSocket's upstream that is gone is a bad gateway, at once",
		Why:    "Nothing listens, and nothing was switched to: the client gets an ordinary 502. Clients that try again at once and all together after a restart are the next outage.",
		World:  World{Speaks: agent.WebSocket, Process: true},
		Fault:  faults.Refused,
		Expect: BadGateway(Immediately, 1, "connection_refused"),
		Waits:  time.Second,
	},
	{
		ID: "websocket/closed", Folklore: "502",
		Title:  "an upstream that closes in the handshake is a bad gateway, at once",
		Why:    "The wish to switch was read and the connection closed without an answer, as servers do that take Upgrade for an attack or a mistake.",
		World:  World{Speaks: agent.WebSocket},
		Fault:  faults.Empty,
		Expect: BadGateway(Immediately, 1, "http_response_incomplete"),
		Waits:  time.Second,
	},
	{
		ID: "websocket/never", Folklore: "504",
		Title:  "a handshake that is never answered is a gateway timeout, after the read timeout",
		Why:    "The upstream took the request and says neither 101 nor no. Up to here it is HTTP, and the read timeout ends it as any other.",
		World:  World{Speaks: agent.WebSocket},
		Fault:  faults.Never,
		Expect: GatewayTimeout(ReadTimeout, 1, "connection_read_timeout"),
	},
	{
		ID: "websocket/not-accepted", Folklore: "400",
		Title:  "an upstream's refusal to switch is relayed as it is",
		Why:    "The upstream answered 400 to the handshake: a wrong origin, a version that it does not speak, a path at which there is no WebSocket. That is its own word and no failure of the gateway.",
		World:  World{Speaks: agent.WebSocket},
		Fault:  faults.UpgradeRefused,
		Expect: []Check{Answers(400), AnswersInTime(Immediately), Tries(1), Recovers(), Names(""), HidesVersion()},
		Repair: []Step{ReadLogs, CurlFromProxy, FixApplication},
		Waits:  time.Second,
	},
	{
		ID: "websocket/ignored", Folklore: "200",
		Title:  "a page in the place of a WebSocket is relayed as it is",
		Why:    "The upstream does not know WebSocket at this path, ignores the field and gives a page. The connection stays HTTP. Look for a route that leads to the wrong service.",
		World:  World{Speaks: agent.WebSocket},
		Fault:  faults.UpgradeIgnored,
		Expect: Served(200),
		Repair: []Step{CurlFromProxy, FixConfig},
		Waits:  time.Second,
	},
	{
		ID: "websocket/idle", Folklore: "504",
		Title:  "a WebSocket in which nobody says anything is cut, after the read timeout",
		Why:    "The read timeout goes on to count in the tunnel: 60 s by default, and chats are silent for longer. The client sees its connection closed without a Close frame (1006), no status, and the access log has a 101. Pings that are more frequent than the timeout help, or a longer one for this location.",
		World:  World{Speaks: agent.WebSocket},
		Fault:  faults.TunnelIdle,
		Expect: cutTunnel(ReadTimeout, "connection_read_timeout"),
		Repair: []Step{RaiseTimeout, FixApplication},
		Waits:  3 * time.Second,
	},
	{
		ID: "websocket/closed-after", Folklore: "502",
		Title:  "an upstream that closes an open WebSocket ends it for the client, at once",
		Why:    "101 and then FIN, without a Close frame: the server is being restarted or does not like the client. To a gateway bytes in a tunnel are only bytes, and an end is an end: it passes that on and logs no error.",
		World:  World{Speaks: agent.WebSocket},
		Fault:  faults.TunnelClosed,
		Expect: cutTunnel(Immediately, ""),
		Waits:  time.Second,
	},
	{
		ID: "websocket/reset", Folklore: "502",
		Title:  "an upstream that resets an open WebSocket ends it for the client, at once",
		Why:    "RST in the middle of a message. The client sees half of it and the end of the connection: its library says 1006.",
		World:  World{Speaks: agent.WebSocket},
		Fault:  faults.TunnelReset,
		Expect: unnamed(cutTunnel(Immediately, "")), // the log does not tell which of the two ends it was
	},
	{
		ID: "websocket/killed", Folklore: "502",
		Title:  "an upstream that is killed ends its open WebSockets for the clients, at once",
		Why:    "Every tunnel of the process ends in the same moment, and every client comes back in the next: that wave is what a deployment has to be ready for.",
		World:  World{Speaks: agent.WebSocket, Process: true},
		Fault:  faults.TunnelKilled,
		Expect: unnamed(cutTunnel(Immediately, "")), // by FIN or by RST: what the client says at once may be unread
		Waits:  2 * time.Second,
	},
}
