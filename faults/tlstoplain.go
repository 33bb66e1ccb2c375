package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// TLSToPlain: the client speaks TLS where plain HTTP is expected.
// A handshake, to the port that waits for a request.
var TLSToPlain = harness.Fault{
	Title: "the client speaks TLS where plain HTTP is expected",
	Cause: harness.Client,
	Phase: harness.PhaseEdge,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.AskTLS(ctx)
	},
}
