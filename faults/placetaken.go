package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// PlaceTaken: another client's request takes the upstream's place.
// It came through the gateway too, and the upstream works on it all the time.
var PlaceTaken = harness.Fault{
	Title: "another client's request takes the upstream's place",
	Cause: harness.Pool,
	Phase: harness.PhasePool,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.TakePlace(ctx)
	},
}
