package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// Reloaded: the gateway is reloaded in mid-request.
var Reloaded = harness.Fault{
	Title: "the gateway is reloaded in mid-request",
	Cause: harness.Local,
	Phase: harness.PhaseLocal,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return meanwhile(ctx, b, agent.Signal{Name: "HUP"})
	},
}
