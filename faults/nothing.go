package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// Nothing: nothing is wrong.
// The upstream has an order, as under every fault, and the order is to serve: a control.
var Nothing = harness.Fault{
	Title: "nothing is wrong",
	Cause: harness.None,
	Phase: harness.PhaseWait,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Leave(ctx)
	},
}
