package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// CallCut: the service dies in the middle of its message.
// Fields and half of a message, then FIN.
var CallCut = harness.Fault{
	Title: "the service dies in the middle of its message",
	Cause: harness.GRPC,
	Phase: harness.PhaseBody,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; close", half().String()))
	},
}
