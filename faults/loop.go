package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// Loop: the gateway passes requests on to itself.
var Loop = harness.Fault{
	Title: "the gateway passes requests on to itself",
	Cause: harness.Misconfig,
	Phase: harness.PhaseLocal,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Mislead(ctx, harness.UsedUp)
	},
}
