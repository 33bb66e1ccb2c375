package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// CrowdAtOnce: six times as many clients come at once as the upstream has workers.
var CrowdAtOnce = harness.Fault{
	Title: "six times as many clients come at once as the upstream has workers",
	Cause: harness.Overload,
	Phase: harness.PhaseLocal,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		const workers = 4
		if err := b.Employ(ctx, workers, waitThenServe(b.Policy.Read.Value/2)); err != nil {
			return err
		}
		return b.Come(ctx, agent.Steady(6*workers, 0), workers, harness.UnderWay)
	},
}
