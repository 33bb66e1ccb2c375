package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// StaleAddress: the upstream has moved and the gateway uses its old address.
// Host and name have moved together; a name that was resolved once, at start, does
// not follow.
var StaleAddress = harness.Fault{
	Title:  "the upstream has moved and the gateway uses its old address",
	Cause:  harness.DNS,
	Phase:  harness.PhaseConnect,
	Kernel: harness.ByARP,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Move(ctx)
	},
}
