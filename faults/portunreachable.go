package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// PortUnreachable: a firewall rejects connections as port unreachable.
// ICMP type 3 code 3 (RFC 792), which the gateway's kernel reports as ECONNREFUSED.
var PortUnreachable = harness.Fault{
	Title: "a firewall rejects connections as port unreachable",
	Cause: harness.Firewall,
	Phase: harness.PhaseConnect,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Filter(ctx, "rejects as port unreachable", agent.Rule{Where: agent.Arriving, SYNOnly: true, Action: agent.RejectPort})
	},
}
