package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// SYNDropped: a firewall drops the SYNs to the upstream.
// No packet that opens a connection arrives; those of open ones do.
var SYNDropped = harness.Fault{
	Title:  "a firewall drops the SYNs to the upstream",
	Cause:  harness.Firewall,
	Phase:  harness.PhaseConnect,
	Kernel: harness.BySYN,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Filter(ctx, "drops SYNs to the upstream", agent.Rule{Where: agent.Arriving, SYNOnly: true, Action: agent.Drop})
	},
}
