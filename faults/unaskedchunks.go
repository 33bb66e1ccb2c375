package faults

import (
	"context"
	"fmt"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// UnaskedChunks: the upstream answers in chunks to a request of HTTP/1.0.
// A client of HTTP/1.0 need not know chunks: servers must not send it any (RFC 9112 6.1).
var UnaskedChunks = harness.Fault{
	Title: "the upstream answers in chunks to a request of HTTP/1.0",
	Cause: harness.HTTP10,
	Phase: harness.PhaseBody,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; close",
			fmt.Sprintf("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(script.Page), script.Page)))
	},
}
