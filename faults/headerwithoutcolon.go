package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// HeaderWithoutColon: the upstream's header holds a line without a colon.
// A name and nothing after it: no field line (RFC 9112 5).
var HeaderWithoutColon = harness.Fault{
	Title:   "the upstream's header holds a line without a colon",
	Cause:   harness.Malformed,
	Phase:   harness.PhaseHeader,
	HTTP:    true,
	Invalid: true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, "HTTP/1.1 200 OK\r\nX-Trace\r\n"+lengthOf(script.Page)+script.Page)
	},
}
