package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// WorkersBusy: all the upstream's workers are busy.
// The kernel makes the connection, the request lies in its buffer, and no worker
// comes to read it.
var WorkersBusy = harness.Fault{
	Title: "all the upstream's workers are busy",
	Cause: harness.Overload,
	Phase: harness.PhaseWait,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Occupy(ctx)
	},
}
