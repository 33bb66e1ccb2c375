package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// AlreadyAsking: the client has a request under way that takes its time.
// All others are fast.
var AlreadyAsking = harness.Fault{
	Title: "the client has a request under way that takes its time",
	Cause: harness.Local,
	Phase: harness.PhaseLocal,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		if err := b.Employ(ctx, 0, parse("1 x wait %v; serve, then serve", b.Policy.Read.Value/2)); err != nil {
			return err
		}
		return b.ComeTwice(ctx, harness.UnderWayStill)
	},
}
