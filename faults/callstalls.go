package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// CallStalls: the service stops in the middle of its message.
// Fields and half of a message, then no frame and no FIN.
var CallStalls = harness.Fault{
	Title: "the service stops in the middle of its message",
	Cause: harness.GRPC,
	Phase: harness.PhaseBody,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; hold", half().String()))
	},
}
