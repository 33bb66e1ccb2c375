package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// ResetInOpenBody: the upstream resets in a body that only its end would end.
// The answer has no length (RFC 9112 6.3, case 8): the end of the connection is its end. The
// first line of the page is sent, then RST.
var ResetInOpenBody = harness.Fault{
	Title: "the upstream resets in a body that only its end would end",
	Cause: harness.Body,
	Phase: harness.PhaseBody,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; reset", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"+script.FirstLine))
	},
}
