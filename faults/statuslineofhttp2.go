package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// StatusLineOfHTTP2: the upstream's status line says HTTP/2.0.
// HTTP/2 has no status line; whoever writes one speaks something else (RFC 9113 8.3.2).
var StatusLineOfHTTP2 = harness.Fault{
	Title:   "the upstream's status line says HTTP/2.0",
	Cause:   harness.Malformed,
	Phase:   harness.PhaseHeader,
	HTTP:    true,
	Invalid: true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, "HTTP/2.0 200 OK\r\n"+lengthOf(script.Page)+script.Page)
	},
}
