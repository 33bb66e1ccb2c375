package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// Stopped: the gateway is stopped at once in mid-request.
var Stopped = harness.Fault{
	Title: "the gateway is stopped at once in mid-request",
	Cause: harness.Local,
	Phase: harness.PhaseLocal,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return meanwhile(ctx, b, agent.Signal{Name: "TERM"})
	},
}
