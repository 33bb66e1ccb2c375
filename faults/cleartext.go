package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// ClearText: the upstream speaks clear text where TLS is expected.
// It is a web server without TLS: to what opens a handshake it says what to any request that
// it cannot read.
var ClearText = harness.Fault{
	Title: "the upstream speaks clear text where TLS is expected",
	Cause: harness.TLS,
	Phase: harness.PhaseTLS,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answerHello(ctx, b, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"+lengthOf(""))
	},
}
