package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// NoResolver: the gateway is told to resolve a name, and not by whom.
var NoResolver = harness.Fault{
	Title: "the gateway is told to resolve a name, and not by whom",
	Cause: harness.Misconfig,
	Phase: harness.PhaseResolve,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Mislead(ctx, harness.FailedIn(harness.PhaseResolve))
	},
}
