package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// NoLength: the upstream's body ends with the connection.
// A whole page and FIN; no field says how long it is (RFC 9112 6.3, the last of its rules).
var NoLength = harness.Fault{
	Title: "the upstream's body ends with the connection",
	Cause: harness.HTTP10,
	Phase: harness.PhaseBody,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n"+script.Page)
	},
}
