package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// Quit: the gateway is stopped gracefully in mid-request.
var Quit = harness.Fault{
	Title: "the gateway is stopped gracefully in mid-request",
	Cause: harness.Local,
	Phase: harness.PhaseLocal,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return meanwhile(ctx, b, agent.Signal{Name: "QUIT"})
	},
}
