package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// InTime: the upstream is slow but in time.
// A healthy answer after half of the read timeout.
var InTime = harness.Fault{
	Title: "the upstream is slow but in time",
	Cause: harness.Slow,
	Phase: harness.PhaseWait,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, waitThenServe(b.Policy.Read.Value/2))
	},
}
