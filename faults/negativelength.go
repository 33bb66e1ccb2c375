package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// NegativeLength: the upstream's Content-Length is negative.
// A length is digits and nothing else (RFC 9110 8.6).
var NegativeLength = harness.Fault{
	Title:   "the upstream's Content-Length is negative",
	Cause:   harness.Malformed,
	Phase:   harness.PhaseHeader,
	HTTP:    true,
	Invalid: true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n"+script.Page)
	},
}
