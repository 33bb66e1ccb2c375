package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// HTTP2ToHTTP1: the client speaks HTTP/2 where HTTP/1 is expected.
// With prior knowledge, in clear text (RFC 9113 3.3).
var HTTP2ToHTTP1 = harness.Fault{
	Title: "the client speaks HTTP/2 where HTTP/1 is expected",
	Cause: harness.Client,
	Phase: harness.PhaseEdge,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.AskHTTP2(ctx)
	},
}
