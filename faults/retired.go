package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// Retired: the upstream's process is gone for good.
// It was taken out of service; who still asks there is refused.
var Retired = harness.Fault{
	Title: "the upstream's process is gone for good",
	Cause: harness.Pool,
	Phase: harness.PhasePool,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Retire(ctx)
	},
}
