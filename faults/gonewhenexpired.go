package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// GoneWhenExpired: the upstream is gone, and what a cache has of it has expired.
// Its process was killed, and then the time went by for which the answer was fresh.
var GoneWhenExpired = harness.Fault{
	Title: "the upstream is gone, and what a cache has of it has expired",
	Cause: harness.Edge,
	Phase: harness.PhaseEdge,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		if err := b.Kill(ctx); err != nil {
			return err
		}
		return b.Outlive(ctx)
	},
}
