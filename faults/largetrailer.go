package faults

import (
	"context"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// LargeTrailer: the upstream's trailer is larger than any header may be.
var LargeTrailer = harness.Fault{
	Title: "the upstream's trailer is larger than any header may be",
	Cause: harness.Body,
	Phase: harness.PhaseBody,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		const most = 64 << 10
		trailer := "0\r\nX-Sum: " + strings.Repeat("x", most) + "\r\n\r\n"
		return answerWhole(ctx, b, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"+chunk(script.Page)+trailer)
	},
}
