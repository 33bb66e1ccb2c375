package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// Frozen: the upstream's process is frozen.
// SIGSTOP: the process is there, its kernel accepts and acknowledges, nobody reads.
var Frozen = harness.Fault{
	Title: "the upstream's process is frozen",
	Cause: harness.Overload,
	Phase: harness.PhaseWait,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Freeze(ctx)
	},
}
