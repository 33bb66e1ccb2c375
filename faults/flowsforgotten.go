package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// FlowsForgotten: a firewall has forgotten the gateway's idle connections.
// It drops what comes on connections that it does not know, without a word, and lets new ones
// pass: NAT gateways and load balancers do so after minutes of silence.
var FlowsForgotten = harness.Fault{
	Title:  "a firewall has forgotten the gateway's idle connections",
	Cause:  harness.Firewall,
	Phase:  harness.PhaseReuse,
	Kernel: harness.ByData,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.ForgetFlows(ctx)
	},
}
