package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/speech"
)

// TunnelKilled: the upstream's process is killed while the WebSocket is open.
// 101, then SIGKILL.
var TunnelKilled = harness.Fault{
	Title: "the upstream's process is killed while the WebSocket is open",
	Cause: harness.WebSocket,
	Phase: harness.PhaseBody,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.PlayAndDie(ctx, parse("read-request; write %q; die", speech.Accepted))
	},
}
