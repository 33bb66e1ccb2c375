package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// EmptyPool: every upstream of the pool is marked as down.
var EmptyPool = harness.Fault{
	Title: "every upstream of the pool is marked as down",
	Cause: harness.Misconfig,
	Phase: harness.PhasePool,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Mislead(ctx, harness.FailedIn(harness.PhasePool))
	},
}
