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
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, "HTTP/1.1 200 OK\r\nSet-Cookie: session="+strings.Repeat("a", 2*b.Policy.HeaderBytes)+"\r\n\r\n"+script.Page)
	},
}
