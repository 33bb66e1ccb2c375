package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// TrailerCut: the upstream closes in its trailer.
// The last chunk was there, the empty line that ends the answer was not (RFC 9112 7.1).
var TrailerCut = harness.Fault{
	Title: "the upstream closes in its trailer",
	Cause: harness.Body,
	Phase: harness.PhaseBody,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"+chunk(script.Page)+"0\r\nX-Checks")
	},
}
