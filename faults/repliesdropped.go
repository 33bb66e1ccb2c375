package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// RepliesDropped: a firewall drops what comes back from the upstream.
// The SYN arrives, its acknowledgement does not come back: the return path is shut.
var RepliesDropped = harness.Fault{
	Title:  "a firewall drops what comes back from the upstream",
	Cause:  harness.Firewall,
	Phase:  harness.PhaseConnect,
	Kernel: harness.BySYN,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Filter(ctx, "drops what the upstream sends", agent.Rule{Where: agent.Returning, Action: agent.Drop})
	},
}
