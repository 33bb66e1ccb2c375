package scenarios

import (
	"github.com/badgateway/badgateway/faults"
	. "github.com/badgateway/badgateway/harness"
)

var firewall = []Scenario{
	{
		ID: "firewall/syn-dropped", Documented: true, Folklore: "502",
		Title:  "a firewall that drops SYNs is a gateway timeout, after the connect timeout",
		Why:    "Packets to the upstream vanish, so nobody refuses and the gateway can only wait. A refused connection is a 502 within a millisecond, a dropped one a 504 after the connect timeout: the two tell whether a machine or a filter is in the way.",
		Fault:  faults.SYNDropped,
		Expect: GatewayTimeout(ConnectTimeout, 1, "connection_timeout"),
	},
	{
		ID: "firewall/replies-dropped", Folklore: "502",
		Title:  "a firewall that drops the way back is a gateway timeout, after the connect timeout",
		Why:    "The SYN arrives and the upstream answers it, but the answer does not come back: a filter without a rule for ephemeral ports, or asymmetric routing. The upstream sees half-open connections, the gateway sees nothing.",
		Fault:  faults.RepliesDropped,
		Expect: GatewayTimeout(ConnectTimeout, 1, "connection_timeout"),
	},
	{
		ID: "firewall/reset", Folklore: "502",
		Title:  "a firewall that rejects with a reset is a bad gateway, at once",
		Why:    "The filter answers in the upstream's name with the packet that a closed port sends; nobody can tell the two apart from the gateway's side.",
		Fault:  faults.RejectedByReset,
		Expect: BadGateway(Immediately, 1, "connection_refused"),
	},
	{
		ID: "firewall/icmp-port", Folklore: "502",
		Title:  "a firewall that says port unreachable is a bad gateway, at once",
		Why:    "The default of many filters' REJECT. The gateway's kernel turns it into connection refused, as if the port were closed.",
		Fault:  faults.PortUnreachable,
		Expect: BadGateway(Immediately, 1, "connection_refused"),
	},
	{
		ID: "firewall/icmp-host", Folklore: "504",
		Title:  "a firewall that says host unreachable is a bad gateway, at once",
		Why:    "A router or filter says that the host cannot be reached; the kernel reports no route to host and the gateway need not wait.",
		Fault:  faults.HostUnreachable,
		Expect: BadGateway(Immediately, 1, "destination_ip_unroutable"),
	},
	{
		ID: "firewall/icmp-admin", Folklore: "504",
		Title:  "a firewall that says prohibited is a bad gateway, at once",
		Why:    "The filter says openly that it is one. The kernel reports it as no route to host, so the log points to routing where policy is at work.",
		Fault:  faults.Prohibited,
		Expect: BadGateway(Immediately, 1, "destination_ip_unroutable"),
	},
	{
		ID: "firewall/cut", Folklore: "504",
		Title:  "a connection that is cut in mid-response ends visibly, after the read timeout",
		Why:    "The header has gone out with 200, so there is no status left to tell of the failure. The gateway waits for the read timeout and can only break the connection off; access logs and status checks call it a success.",
		Fault:  faults.Cut,
		Expect: CutOff(ReadTimeout, "connection_read_timeout"),
	},
}
