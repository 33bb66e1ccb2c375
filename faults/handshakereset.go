package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// HandshakeReset: the upstream resets in the TLS handshake.
// It reads what the gateway opens with and answers with RST.
var HandshakeReset = harness.Fault{
	Title: "the upstream resets in the TLS handshake",
	Cause: harness.TLS,
	Phase: harness.PhaseTLS,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, script.MustParse("read-hello; reset"))
	},
}
