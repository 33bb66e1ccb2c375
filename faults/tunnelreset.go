package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
	"github.com/badgateway/badgateway/harness/speech"
)

// TunnelReset: the upstream resets the open WebSocket.
// 101 and a message that it began, then RST. The pause lets the beginning arrive before.
var TunnelReset = harness.Fault{
	Title: "the upstream resets the open WebSocket",
	Cause: harness.WebSocket,
	Phase: harness.PhaseBody,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		const resetting = 3
		return b.PlayTo(ctx, parse("read-request; write %q; wait 50ms; reset",
			speech.Accepted+speech.Frame(speech.Text, script.Page)[:len(script.Page)/2]), resetting)
	},
}
