package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// Status999: the upstream's status is 999.
// There is no class of that number (RFC 9110 15).
var Status999 = harness.Fault{
	Title:   "the upstream's status is 999",
	Cause:   harness.Malformed,
	Phase:   harness.PhaseHeader,
	HTTP:    true,
	Invalid: true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, "HTTP/1.1 999 Odd\r\n"+lengthOf(script.Page)+script.Page)
	},
}
