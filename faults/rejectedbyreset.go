package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// RejectedByReset: a firewall rejects connections to the upstream with a reset.
// REJECT with tcp-reset: the same packet that a closed port sends.
var RejectedByReset = harness.Fault{
	Title: "a firewall rejects connections to the upstream with a reset",
	Cause: harness.Firewall,
	Phase: harness.PhaseConnect,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Filter(ctx, "rejects with RST", agent.Rule{Where: agent.Arriving, SYNOnly: true, Action: agent.RejectReset})
	},
}
