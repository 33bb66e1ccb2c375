package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// Late: the upstream's first byte comes after the read timeout.
// A healthy answer, one and a half read timeouts late.
var Late = harness.Fault{
	Title: "the upstream's first byte comes after the read timeout",
	Cause: harness.Slow,
	Phase: harness.PhaseWait,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, waitThenServe(3*b.Policy.Read.Value/2))
	},
}
