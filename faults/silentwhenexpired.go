package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// SilentWhenExpired: the upstream never answers, and what a cache has of it has expired.
// It reads requests and keeps their connections open; then the time goes by for which the
// answer was fresh.
var SilentWhenExpired = harness.Fault{
	Title: "the upstream never answers, and what a cache has of it has expired",
	Cause: harness.Edge,
	Phase: harness.PhaseEdge,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		if err := b.Play(ctx, script.MustParse("read-request; hold")); err != nil {
			return err
		}
		return b.Outlive(ctx)
	},
}
