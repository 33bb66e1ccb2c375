package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// ClientLeaves: the client goes away in the middle of its body.
// Half of the body is sent, then the connection is closed.
var ClientLeaves = harness.Fault{
	Title: "the client goes away in the middle of its body",
	Cause: harness.Send,
	Phase: harness.PhaseLocal,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Misbehave(ctx, "lets the client go away in the middle of its body", harness.Departed, func(t *harness.Traffic) { t.Manner = agent.Abandoned })
	},
}
