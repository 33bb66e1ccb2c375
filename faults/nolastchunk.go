package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// NoLastChunk: the upstream closes before its last chunk.
// Every chunk that came is whole, and the last one did not come (RFC 9112 8).
var NoLastChunk = harness.Fault{
	Title: "the upstream closes before its last chunk",
	Cause: harness.Body,
	Phase: harness.PhaseBody,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"+chunk(script.FirstLine))
	},
}
