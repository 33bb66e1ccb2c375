package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// HeaderRefused: the upstream takes no header as large as the request's.
// It says so as it should, and reads nothing more of the connection (RFC 6585 5).
var HeaderRefused = harness.Fault{
	Title: "the upstream takes no header as large as the request's",
	Cause: harness.Send,
	Phase: harness.PhaseSend,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		const said = "the header is too large\n"
		return answerWhole(ctx, b, "HTTP/1.1 431 Request Header Fields Too Large\r\n"+lengthOf(said)+said)
	},
}
