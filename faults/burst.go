package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// Burst: as many clients come at once as the upstream's workers serve in half of the read timeout.
var Burst = harness.Fault{
	Title: "as many clients come at once as the upstream's workers serve in half of the read timeout",
	Cause: harness.Overload,
	Phase: harness.PhaseWait,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		const workers, clients = 2, 20
		if err := b.Employ(ctx, workers, waitThenServe(workers*b.Policy.Read.Value/2/clients)); err != nil {
			return err
		}
		return b.Come(ctx, agent.Steady(clients, 0), clients, harness.Waiting)
	},
}
