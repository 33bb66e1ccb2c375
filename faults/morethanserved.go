package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// MoreThanServed: eight times as many clients come as the upstream's workers can serve.
// Twice as many requests come as are served within the read timeout: of those that wait then
// the first half is in time.
var MoreThanServed = harness.Fault{
	Title: "eight times as many clients come as the upstream's workers can serve",
	Cause: harness.Overload,
	Phase: harness.PhaseWait,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		const workers, inTime, over = 2, 40, 8
		service := workers * b.Policy.Read.Value / inTime
		if err := b.Employ(ctx, workers, waitThenServe(service)); err != nil {
			return err
		}
		return b.Come(ctx, agent.Poisson(2*inTime, service/(workers*over), 1), 2*inTime, harness.Waiting)
	},
}
