package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// BodyOf304: the upstream sends a body with its 304.
// The length is that of the page that the client has; the page itself does not belong there (RFC 9110 15.4.5).
var BodyOf304 = harness.Fault{
	Title: "the upstream sends a body with its 304",
	Cause: harness.Body,
	Phase: harness.PhaseBody,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answerWhole(ctx, b, "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n"+lengthOf(script.Page)+script.Page)
	},
}
