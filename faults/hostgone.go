package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// HostGone: the upstream's host has left the network.
// Its address is nobody's any more, so nobody answers ARP for it (RFC 826).
var HostGone = harness.Fault{
	Title:  "the upstream's host has left the network",
	Cause:  harness.Network,
	Phase:  harness.PhaseConnect,
	Kernel: harness.ByARP,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.GoAway(ctx)
	},
}
