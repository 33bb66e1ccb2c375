package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// UpgradeRefused: the upstream refuses to switch to WebSocket.
// 400, as a server answers to a handshake that it does not accept (RFC 6455 4.2.1).
var UpgradeRefused = harness.Fault{
	Title: "the upstream refuses to switch to WebSocket",
	Cause: harness.WebSocket,
	Phase: harness.PhaseHeader,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, script.MustParse(`read-request; write "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"; close`))
	},
}
