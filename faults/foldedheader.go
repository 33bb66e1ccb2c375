package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// FoldedHeader: the upstream folds a header line.
// A value that goes on in the next line, as nobody may send it any more (RFC 9112 5.2).
var FoldedHeader = harness.Fault{
	Title:   "the upstream folds a header line",
	Cause:   harness.Malformed,
	Phase:   harness.PhaseHeader,
	HTTP:    true,
	Invalid: true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, "HTTP/1.1 200 OK\r\nX-Trace: abc\r\n def\r\n"+lengthOf(script.Page)+script.Page)
	},
}
