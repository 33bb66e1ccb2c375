package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// InvalidURL: the gateway is told to pass requests on to what is no URL.
var InvalidURL = harness.Fault{
	Title: "the gateway is told to pass requests on to what is no URL",
	Cause: harness.Misconfig,
	Phase: harness.PhaseLocal,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Mislead(ctx, harness.FailedIn(harness.PhaseLocal))
	},
}
