package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// DeadAddress: the upstream's name leads to an address without a host.
// The answer is there and wrong: nobody on that network answers ARP for it.
var DeadAddress = harness.Fault{
	Title:  "the upstream's name leads to an address without a host",
	Cause:  harness.DNS,
	Phase:  harness.PhaseConnect,
	Kernel: harness.ByARP,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.AnswerDeadAddress(ctx)
	},
}
