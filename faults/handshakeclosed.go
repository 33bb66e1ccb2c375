package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// HandshakeClosed: the upstream closes in the TLS handshake.
// It reads what the gateway opens with and sends FIN, no byte before it.
var HandshakeClosed = harness.Fault{
	Title: "the upstream closes in the TLS handshake",
	Cause: harness.TLS,
	Phase: harness.PhaseTLS,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, script.MustParse("read-hello; close"))
	},
}
