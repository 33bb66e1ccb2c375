package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// FailedEarlier: every server has refused another client's request before.
// Their processes are gone and the gateway knows: a gateway that leaves failed servers alone for
// a time has none left.
var FailedEarlier = harness.Fault{
	Title: "every server has refused another client's request before",
	Cause: harness.Pool,
	Phase: harness.PhasePool,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.KillEarlier(ctx)
	},
}
