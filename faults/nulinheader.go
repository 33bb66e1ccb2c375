package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// NULInHeader: the upstream's header holds a NUL byte.
// NUL in a field value: a recipient must refuse it or replace it (RFC 9110 5.5).
var NULInHeader = harness.Fault{
	Title:   "the upstream's header holds a NUL byte",
	Cause:   harness.Malformed,
	Phase:   harness.PhaseHeader,
	HTTP:    true,
	Invalid: true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, "HTTP/1.1 200 OK\r\nX-Trace: a\x00b\r\n\r\n"+script.Page)
	},
}
