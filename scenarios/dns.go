package scenarios

import (
	"github.com/badgateway/badgateway/faults"
	. "github.com/badgateway/badgateway/harness"
)

var dns = []Scenario{
	{
		ID: "dns/nxdomain", Folklore: "502",
		Title:  "an upstream whose name does not exist is a bad gateway, at once",
		Why:    "The gateway resolves the name as requests come, and the resolver says that there is none: a typo, a record that was deleted, a service that is not registered. Names that are resolved only at start do not feel this until the next reload.",
		World:  World{Resolve: AtRequest},
		Fault:  faults.NXDomain,
		Expect: BadGateway(Immediately, 0, "dns_error"),
	},
	{
		ID: "dns/servfail", Folklore: "502",
		Title:  "a resolver that fails makes a bad gateway, at once",
		Why:    "The resolver is there and cannot answer: its own upstream is gone, or DNSSEC does not validate. The gateway cannot reach a healthy upstream for want of its address.",
		World:  World{Resolve: AtRequest},
		Fault:  faults.ServFail,
		Expect: BadGateway(Immediately, 0, "dns_error"),
	},
	{
		ID: "dns/refused", Folklore: "502",
		Title:  "a resolver that refuses makes a bad gateway, at once",
		Why:    "The resolver does not serve this client or this zone: an access list, a wrong resolver address, a resolver that is not recursive.",
		World:  World{Resolve: AtRequest},
		Fault:  faults.DNSRefused,
		Expect: BadGateway(Immediately, 0, "dns_error"),
	},
	{
		ID: "dns/silent", Documented: true, Folklore: "504",
		Title:  "a resolver that does not answer makes a gateway timeout, after the resolver's timeout",
		Why:    "Queries leave and nothing comes back: a dead resolver, or port 53 blocked. The client waits for the resolver's timeout, which few people set and which is 30 s in NGINX if they do not.",
		World:  World{Resolve: AtRequest},
		Fault:  faults.DNSSilent,
		Expect: GatewayTimeout(ResolveTimeout, 0, "dns_timeout"),
	},
	{
		ID: "dns/dead-address", Folklore: "502",
		Title:  "a name that leads to a dead address is a gateway timeout, after the connect timeout",
		Why:    "The record points to a machine that is gone. Nobody answers for its address, so the SYN cannot even be sent; with a connect timeout below the kernel's three seconds of ARP it is a 504, with a longer one the kernel says EHOSTUNREACH first and it is a 502.",
		World:  World{Resolve: AtRequest},
		Fault:  faults.DeadAddress,
		Expect: Unanswered(),
	},
	{
		ID: "dns/closed-port", Folklore: "502",
		Title:  "a name that leads to a host that does not serve it is a bad gateway, at once",
		Why:    "The record points to a living host on which nothing listens on that port: an address that was given to another machine, or a service that moved to another port. DNS looks healthy; the address is the thing to check.",
		World:  World{Resolve: AtRequest},
		Fault:  faults.ClosedPort,
		Expect: BadGateway(Immediately, 1, "connection_refused"),
	},
	{
		ID:     "dns/stale-address",
		Title:  "an upstream that has moved is a gateway timeout for a gateway that resolved its name at start",
		Why:    "Host and record have moved together and everything is healthy, but the gateway asked for the name once, when it started, and still uses the old address. It helps to reload it; to resolve at run time is what prevents it.",
		World:  World{Resolve: AtStart},
		Fault:  faults.StaleAddress,
		Expect: Unanswered(),
	},
	{
		ID: "dns/at-start", Folklore: "502",
		Title:  "a gateway whose upstream's name does not resolve refuses to start",
		Why:    "A name that is written into the configuration has to resolve when that is loaded. If it does not, there is no gateway: every site of the same configuration is down, and clients see connection refused instead of any status. One missing record can keep a whole proxy from coming back after a reboot.",
		World:  World{Resolve: AtStart, Restart: true, Alone: true},
		Fault:  faults.UnknownAtStart,
		Expect: []Check{RefusesToStart(), Tries(0), Recovers(), Names("dns_error"), NamesItsLine()},
	},
}
