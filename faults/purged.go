package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// Purged: the upstream is gone, and what a cache had of it is purged.
// Its process was killed, the time went by for which the answer was fresh, and then the cache
// was told to remove it.
var Purged = harness.Fault{
	Title: "the upstream is gone, and what a cache had of it is purged",
	Cause: harness.Edge,
	Phase: harness.PhaseEdge,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		if err := b.Kill(ctx); err != nil {
			return err
		}
		if err := b.Outlive(ctx); err != nil {
			return err
		}
		return b.Purge(ctx)
	},
}
