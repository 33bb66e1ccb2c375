package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// OutOfDescriptors: the upstream has no file descriptor left.
// The kernel makes the connection, and accept(2) fails with EMFILE.
var OutOfDescriptors = harness.Fault{
	Title: "the upstream has no file descriptor left",
	Cause: harness.Overload,
	Phase: harness.PhaseWait,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.UseUpDescriptors(ctx)
	},
}
