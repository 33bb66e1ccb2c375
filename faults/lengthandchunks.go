package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// LengthAndChunks: the upstream sends a Content-Length with its chunks.
// The length is shorter than what the chunks hold, and does not count (RFC 9112 6.3).
var LengthAndChunks = harness.Fault{
	Title:   "the upstream sends a Content-Length with its chunks",
	Cause:   harness.Malformed,
	Phase:   harness.PhaseHeader,
	HTTP:    true,
	Invalid: true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n"+chunk(script.Page)+lastChunk)
	},
}
