package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/speech"
)

// TunnelClosed: the upstream closes as soon as the WebSocket is open.
// 101 and FIN, without a Close frame between them (RFC 6455 7.1.5).
var TunnelClosed = harness.Fault{
	Title: "the upstream closes as soon as the WebSocket is open",
	Cause: harness.WebSocket,
	Phase: harness.PhaseBody,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; close", speech.Accepted))
	},
}
