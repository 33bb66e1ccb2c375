package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// ConnectionsUsedUp: others have taken all but one of the connections that the gateway can have.
var ConnectionsUsedUp = harness.Fault{
	Title: "others have taken all but one of the connections that the gateway can have",
	Cause: harness.Local,
	Phase: harness.PhaseLocal,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.FillFront(ctx, harness.FailedIn(harness.PhaseLocal))
	},
}
