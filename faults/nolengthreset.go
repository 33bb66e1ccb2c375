package faults

import (
	"context"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// NoLengthReset: the upstream resets in a body that ends with the connection.
// More than a gateway's buffers hold, which makes it pass something on, and RST. The pause
// lets that arrive before.
var NoLengthReset = harness.Fault{
	Title: "the upstream resets in a body that ends with the connection",
	Cause: harness.HTTP10,
	Phase: harness.PhaseBody,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		const lines, resetting = 1 << 10, 4
		return b.PlayTo(ctx, parse("read-request; write %q; write %q x %d; wait 50ms; reset",
			"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n"+script.FirstLine, strings.Repeat("x", 63)+"\n", lines), resetting)
	},
}
