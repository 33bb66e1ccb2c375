package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// DeafResolver: the gateway is told of a resolver that does not exist.
var DeafResolver = harness.Fault{
	Title: "the gateway is told of a resolver that does not exist",
	Cause: harness.Misconfig,
	Phase: harness.PhaseResolve,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Mislead(ctx, harness.FailedIn(harness.PhaseResolve))
	},
}
