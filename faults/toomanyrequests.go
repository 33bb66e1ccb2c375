package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// TooManyRequests: somebody else has asked just before.
var TooManyRequests = harness.Fault{
	Title: "somebody else has asked just before",
	Cause: harness.Local,
	Phase: harness.PhaseLocal,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.MisleadAfter(ctx, harness.FailedIn(harness.PhaseLocal))
	},
}
