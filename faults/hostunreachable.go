package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// HostUnreachable: a firewall rejects connections as host unreachable.
// ICMP type 3 code 1 (RFC 792), which the gateway's kernel reports as EHOSTUNREACH.
var HostUnreachable = harness.Fault{
	Title: "a firewall rejects connections as host unreachable",
	Cause: harness.Firewall,
	Phase: harness.PhaseConnect,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Filter(ctx, "rejects as host unreachable", agent.Rule{Where: agent.Arriving, SYNOnly: true, Action: agent.RejectHost})
	},
}
