package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// PlainToTLS: the client speaks plain HTTP where TLS is expected.
// A whole request in clear text, to the port that waits for a handshake.
var PlainToTLS = harness.Fault{
	Title: "the client speaks plain HTTP where TLS is expected",
	Cause: harness.Client,
	Phase: harness.PhaseEdge,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.AskPlain(ctx)
	},
}
