package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// BadStatusLine: the upstream's status line is broken.
// Letters O where the status code 200 should be (RFC 9112 4).
var BadStatusLine = harness.Fault{
	Title: "the upstream's status line is broken",
	Cause: harness.Malformed,
	Phase: harness.PhaseHeader,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, "HTTP/1.1 2OO OK\r\nContent-Type: text/plain\r\n\r\n"+script.Page)
	},
}
