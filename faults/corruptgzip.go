package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// CorruptGzip: the upstream's gzip is corrupt.
// All of it is there, and its check sum is that of something else (RFC 1952 2.3.1).
var CorruptGzip = harness.Fault{
	Title: "the upstream's gzip is corrupt",
	Cause: harness.Body,
	Phase: harness.PhaseBody,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		packed := corruptGzip()
		return answer(ctx, b, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Encoding: gzip\r\n"+lengthOf(packed)+packed)
	},
}
