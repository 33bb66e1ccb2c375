package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// CRInHeader: the upstream's header holds a CR that ends no line.
// What takes it for the end of a line finds another header (RFC 9112 2.2).
var CRInHeader = harness.Fault{
	Title:   "the upstream's header holds a CR that ends no line",
	Cause:   harness.Malformed,
	Phase:   harness.PhaseHeader,
	HTTP:    true,
	Invalid: true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, "HTTP/1.1 200 OK\r\nX-Trace: abc\rX-Role: admin\r\n"+lengthOf(script.Page)+script.Page)
	},
}
