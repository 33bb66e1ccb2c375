package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/speech"
)

// TunnelIdle: nobody says anything in the open WebSocket.
// 101, then silence: what the client says is read and not answered.
var TunnelIdle = harness.Fault{
	Title: "nobody says anything in the open WebSocket",
	Cause: harness.WebSocket,
	Phase: harness.PhaseBody,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; hold", speech.Accepted))
	},
}
