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
	Kernel: "ARP gives a neighbour up after three seconds (arp(7))",
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.GoAway(ctx)
	},
}
