package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// ClosedAfterAnswer: the upstream closes the connection after its answer without saying so.
// It takes so many requests a connection and no more (here two); the answer has no Connection:
// close, the end of the connection comes with it.
var ClosedAfterAnswer = harness.Fault{
	Title: "the upstream closes the connection after its answer without saying so",
	Cause: harness.Reuse,
	Phase: harness.PhaseReuse,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.PlayEarlier(ctx, kept("read-request; write %q; close", page), 4)
	},
}
