package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/authority"
)

// LongChain: the upstream's certificate is at the end of a long chain.
// Two intermediate authorities stand between it and the one that is trusted; all are sent.
var LongChain = harness.Fault{
	Title: "the upstream's certificate is at the end of a long chain",
	Cause: harness.TLS,
	Phase: harness.PhaseTLS,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Show(ctx, authority.LongChain)
	},
}
