package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// SlowPool: clients come to a pool that takes longer for each request than the read timeout.
var SlowPool = harness.Fault{
	Title: "clients come to a pool that takes longer for each request than the read timeout",
	Cause: harness.Overload,
	Phase: harness.PhaseWait,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		const clients = 20
		late := waitThenServe(3 * b.Policy.Read.Value / 2)
		if err := b.Employ(ctx, 0, late); err != nil {
			return err
		}
		return b.Come(ctx, agent.Poisson(clients, b.Policy.Read.Value/2/clients, 1), clients, harness.Reached(late))
	},
}
