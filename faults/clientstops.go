package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// ClientStops: the client stops in the middle of its body.
// Half of the body is sent, then nothing more, and the connection stays.
var ClientStops = harness.Fault{
	Title: "the client stops in the middle of its body",
	Cause: harness.Send,
	Phase: harness.PhaseLocal,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Misbehave(ctx, "lets the client stop in the middle of its body", harness.Offered, func(t *harness.Traffic) { t.Manner = agent.Halved })
	},
}
