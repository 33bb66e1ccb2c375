package scenarios

import (
	"time"

	"github.com/badgateway/badgateway/faults"
	. "github.com/badgateway/badgateway/harness"
)

var network = []Scenario{
	{
		ID: "network/host-gone", Folklore: "502",
		Title:  "an upstream whose host has left the network is a gateway timeout, after the connect timeout",
		Why:    "The machine is off, was renumbered or has moved to another network. Nobody answers ARP for its address, so not even a SYN can be sent, and the gateway's kernel says nothing about it for three seconds: with a connect timeout below that it is a 504, above it a 502 (EHOSTUNREACH). `ip neigh` on the gateway says INCOMPLETE or FAILED.",
		Fault:  faults.HostGone,
		Expect: Unanswered(),
	},
	{
		ID: "network/no-route", Folklore: "502",
		Title:  "an upstream to which there is no route is a bad gateway, at once",
		Why:    "The route is missing on the gateway's own host: a VPN or an interface that went away, a container without a network, a default route that nobody set. connect(2) fails with ENETUNREACH (101) before there is a packet, so nothing is seen on any wire and the upstream is well. `ip route get ADDRESS` on the gateway says it.",
		World:  World{Alone: true},
		Fault:  faults.NoRoute,
		Expect: BadGateway(Immediately, 0, "destination_ip_unroutable"),
	},
	{
		ID: "network/prohibited", Folklore: "502",
		Title:  "an upstream that a route prohibits is a bad gateway, at once",
		Why:    "A route of the type prohibit is in the way, as kill switches of VPNs and policy routing leave them. connect(2) fails with EACCES before there is a packet, and the log says `13: Permission denied`, which sends people to file permissions. SELinux says the same of a proxy that may not connect; `ip route get ADDRESS` tells the two apart.",
		World:  World{Alone: true}, // the route is in the way of all that share the address
		Fault:  faults.RouteProhibited,
		Expect: BadGateway(Immediately, 0, "destination_ip_prohibited"),
	},
	{
		ID: "network/link-down", Folklore: "502",
		Title:  "an upstream whose link is down is a gateway timeout, after the connect timeout",
		Why:    "The far end of the link is down: a cable, a switch's port, the upstream's own interface. The gateway's interface loses its carrier but keeps its address and its route, so its kernel goes on looking for the host and the request waits as if the host were gone. `ip link` on the gateway says NO-CARRIER. Where ignore_routes_with_linkdown is set, it is a 502 at once.",
		Fault:  faults.LinkDown,
		Expect: Unanswered(),
	},
	{
		ID: "network/narrow", Folklore: "504",
		Title:  "an answer that takes longer than the read timeout on a narrow link is waited for",
		Why:    "All of the answer comes, and it takes longer than the read timeout. That runs between two reads and something comes all the time, so it is never over. A gateway that holds it against the whole answer cuts off every large download of a slow line; one that waits holds a connection for as long.",
		World:  World{Needs: Bandwidth},
		Fault:  faults.Narrow,
		Expect: Relayed(200, ReadTimeout),
		Waits:  2500 * time.Millisecond,
	},
	{
		ID: "network/loss", Folklore: "504",
		Title:  "a loss of packets is made up for by TCP",
		Why:    "The request is lost, and so is what TCP sends in its place after 0.2 s and once more after that. The gateway sees an upstream that takes its time, and logs nothing: `nstat TcpRetransSegs` on its host is where it shows. A lost SYN is another matter: it is sent again after a second, and a connect timeout of a second is over by then.",
		Fault:  faults.Loss,
		Expect: []Check{Answers(200), KeepsPage(), Tries(1), Recovers(), Names(""), HidesVersion()},
		Waits:  time.Second,
	},
	{
		ID: "network/latency", Folklore: "504",
		Title:  "an upstream that is half a timeout away is waited for",
		Why:    "The handshake takes one round trip and the request another, so a new connection to an upstream that is half a timeout away answers after a whole one, and nothing is wrong with it. A gateway that keeps connections to its upstreams saves the first of the two.",
		World:  World{Needs: Latency},
		Fault:  faults.Latency,
		Expect: Relayed(200, ShorterTimeout),
	},
	{
		ID: "network/far", Folklore: "504",
		Title:  "an upstream that is farther away than the connect timeout is a gateway timeout, after it",
		Why:    "The SYN arrives, the upstream answers it, and by the time the answer is back the gateway has given up: an upstream on the other side of the world or behind a satellite, a tunnel that takes a detour, a queue that is full for seconds. The upstream sees connections that end with a reset before their first byte.",
		World:  World{Needs: Latency},
		Fault:  faults.Far,
		Expect: GatewayTimeout(ConnectTimeout, 1, "connection_timeout"),
	},
	{
		ID:     "network/jitter",
		Title:  "an upstream whose packets are late by varying times is waited for",
		Why:    "Each packet is late by another time, and none by so much that a timeout would be over: a radio link, a busy neighbour on the same host. What counts for a gateway is the sum, and it keeps its contract as long as that is in time.",
		World:  World{Needs: Latency},
		Fault:  faults.Jitter,
		Expect: Relayed(200, ShorterTimeout.Times(0.8)),
	},
}
