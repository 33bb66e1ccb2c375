package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// UnknownCoding: the upstream's body is in a transfer coding that nobody asked for.
// It says so of a body that is plain: nobody who has not asked for the coding can know (RFC 9112 7).
var UnknownCoding = harness.Fault{
	Title:   "the upstream's body is in a transfer coding that nobody asked for",
	Cause:   harness.Malformed,
	Phase:   harness.PhaseHeader,
	HTTP:    true,
	Invalid: true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, "HTTP/1.1 200 OK\r\nTransfer-Encoding: snappy\r\n\r\n"+script.Page)
	},
}
