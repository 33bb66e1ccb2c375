package faults

import (
	"context"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// BareLF: the upstream ends its lines with LF alone.
// As scripts do that print their header; a recipient may take it for an end of a line (RFC 9112 2.2).
var BareLF = harness.Fault{
	Title: "the upstream ends its lines with LF alone",
	Cause: harness.Malformed,
	Phase: harness.PhaseHeader,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, strings.ReplaceAll(head(len(script.Page)), "\r\n", "\n")+script.Page)
	},
}
