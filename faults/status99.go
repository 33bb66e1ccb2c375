package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// Status99: the upstream's status has two digits.
// A status is three digits, and the least is 100 (RFC 9110 15).
var Status99 = harness.Fault{
	Title:   "the upstream's status has two digits",
	Cause:   harness.Malformed,
	Phase:   harness.PhaseHeader,
	HTTP:    true,
	Invalid: true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, "HTTP/1.1 99 Odd\r\n"+lengthOf(script.Page)+script.Page)
	},
}
