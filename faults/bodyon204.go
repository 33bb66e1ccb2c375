package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// BodyOn204: a 204 to another client had a body.
// A response of 204 ends with its header (RFC 9112 6.3): what follows is nobody's, and looks like
// one more answer.
var BodyOn204 = harness.Fault{
	Title: "a 204 to another client had a body",
	Cause: harness.Reuse,
	Phase: harness.PhaseReuse,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.PlayEarlier(ctx, kept("read-request; write %q; hold", "HTTP/1.1 204 No Content\r\n\r\n"+stray), 4)
	},
}
