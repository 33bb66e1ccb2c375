package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// DiskFull: the gateway has no room on its disk for the request.
var DiskFull = harness.Fault{
	Title: "the gateway has no room on its disk for the request",
	Cause: harness.Local,
	Phase: harness.PhaseLocal,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Mislead(ctx, harness.FailedIn(harness.PhaseLocal))
	},
}
