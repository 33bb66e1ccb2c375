package faults

import (
	"context"
	"fmt"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// BadChunk: the upstream's body has a broken chunk.
// A valid chunk of 64 KiB, then one whose size is no number (RFC 9112 7.1).
var BadChunk = harness.Fault{
	Title: "the upstream's body has a broken chunk",
	Cause: harness.Malformed,
	Phase: harness.PhaseBody,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		const good = 64 << 10
		return b.Play(ctx, parse("read-request; write %q; write %q x %d; write %q; close",
			fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s", len(script.FirstLine)+good, script.FirstLine), "x", good, "\r\nzz\r\n"))
	},
}
