package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// NotThatProtocol: the upstream speaks another protocol.
// It answers as an HTTP/1 server does which was sent what it does not understand.
var NotThatProtocol = harness.Fault{
	Title: "the upstream speaks another protocol",
	Cause: harness.Malformed,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, script.MustParse(`hear; write "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"; close`))
	},
}
