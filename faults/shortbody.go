package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// ShortBody: the upstream's body is shorter than its Content-Length.
// Ten bytes are missing when FIN comes (RFC 9112 8).
var ShortBody = harness.Fault{
	Title:   "the upstream's body is shorter than its Content-Length",
	Cause:   harness.Malformed,
	Phase:   harness.PhaseBody,
	HTTP:    true,
	Invalid: true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, head(len(script.Page)+10)+script.Page)
	},
}
