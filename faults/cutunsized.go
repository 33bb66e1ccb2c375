package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// CutUnsized: the upstream closes in the middle of a body without a length.
// The end of the connection is the end of the body: this one looks whole (RFC 9112 8).
var CutUnsized = harness.Fault{
	Title: "the upstream closes in the middle of a body without a length",
	Cause: harness.Body,
	Phase: harness.PhaseBody,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, "HTTP/1.1 200 OK\r\n\r\n"+script.FirstLine)
	},
}
