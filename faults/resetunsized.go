package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// ResetUnsized: the upstream resets the connection in a body without a length.
// Only the end of the connection tells where such a body ends, and a reset is no such end (RFC 9112 8).
var ResetUnsized = harness.Fault{
	Title: "the upstream resets the connection in a body without a length",
	Cause: harness.Body,
	Phase: harness.PhaseBody,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return resetLater(ctx, b, "HTTP/1.1 200 OK\r\n\r\n"+script.FirstLine)
	},
}
