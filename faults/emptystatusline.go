package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// EmptyStatusLine: the upstream's status line is empty.
// An empty line before the header, as a script prints that begins with one (RFC 9112 4).
var EmptyStatusLine = harness.Fault{
	Title:   "the upstream's status line is empty",
	Cause:   harness.Malformed,
	Phase:   harness.PhaseHeader,
	HTTP:    true,
	Invalid: true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, "\r\n"+head(len(script.Page))+script.Page)
	},
}
