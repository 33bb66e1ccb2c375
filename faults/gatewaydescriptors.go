package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// GatewayDescriptors: others have taken every descriptor that the gateway can have.
var GatewayDescriptors = harness.Fault{
	Title: "others have taken every descriptor that the gateway can have",
	Cause: harness.Local,
	Phase: harness.PhaseLocal,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.FillFront(ctx, harness.FailedIn(harness.PhaseLocal))
	},
}
