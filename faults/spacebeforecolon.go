package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// SpaceBeforeColon: the upstream puts a space before the colon of a header line.
// A proxy must remove it before it passes the line on (RFC 9112 5.1).
var SpaceBeforeColon = harness.Fault{
	Title:   "the upstream puts a space before the colon of a header line",
	Cause:   harness.Malformed,
	Phase:   harness.PhaseHeader,
	HTTP:    true,
	Invalid: true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, "HTTP/1.1 200 OK\r\nX-Trace : abc\r\n"+lengthOf(script.Page)+script.Page)
	},
}
