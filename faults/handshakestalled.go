package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// HandshakeStalled: the upstream never answers the TLS handshake.
// It accepts, reads what the gateway opens with, and says nothing.
var HandshakeStalled = harness.Fault{
	Title: "the upstream never answers the TLS handshake",
	Cause: harness.TLS,
	Phase: harness.PhaseTLS,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, script.MustParse("read-hello; hold"))
	},
}
