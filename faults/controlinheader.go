package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// ControlInHeader: the upstream's header holds a control byte.
// One that is neither NUL nor the end of a line: terminals and logs act on it (RFC 9110 5.5).
var ControlInHeader = harness.Fault{
	Title: "the upstream's header holds a control byte",
	Cause: harness.Malformed,
	Phase: harness.PhaseHeader,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, "HTTP/1.1 200 OK\r\nX-Trace: abc\x1bdef\r\n"+lengthOf(script.Page)+script.Page)
	},
}
