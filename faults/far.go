package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// Far: the upstream is farther away than the connect timeout.
// The SYN arrives before the timeout is over and its answer after it.
var Far = harness.Fault{
	Title: "the upstream is farther away than the connect timeout",
	Cause: harness.Network,
	Phase: harness.PhaseConnect,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Delay(ctx, b.Policy.Connect.Value*3/4, 0, 0)
	},
}
