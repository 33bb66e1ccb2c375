package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// NoConnectionLeft: others have taken every connection that the gateway can have.
var NoConnectionLeft = harness.Fault{
	Title: "others have taken every connection that the gateway can have",
	Cause: harness.Local,
	Phase: harness.PhaseLocal,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.FillFront(ctx, harness.UsedUp)
	},
}
