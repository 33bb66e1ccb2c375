package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// ClosedAfterHandshake: the upstream closes once the TLS handshake is finished.
// It shows its certificate, finishes the handshake, and ends the connection as TLS has it
// before it has read a request.
var ClosedAfterHandshake = harness.Fault{
	Title: "the upstream closes once the TLS handshake is finished",
	Cause: harness.TLS,
	Phase: harness.PhaseWait,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, script.MustParse("handshake; close"))
	},
}
