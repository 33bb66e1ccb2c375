package faults

import (
	"context"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// HeaderTooLarge: the upstream's header is larger than the gateway's buffer.
// A Set-Cookie of twice the size that the gateway takes.
var HeaderTooLarge = harness.Fault{
	Title: "the upstream's header is larger than the gateway's buffer",
	Cause: harness.Malformed,
	Phase: harness.PhaseHeader,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		// Whoever has had enough of it ends the connection, and the upstream does not come to its end.
		const write = 1
		return b.PlayTo(ctx, parse("read-request; write %q; close",
			"HTTP/1.1 200 OK\r\nSet-Cookie: session="+strings.Repeat("a", 2*b.Policy.HeaderBytes)+"\r\n\r\n"+script.Page), write)
	},
}
