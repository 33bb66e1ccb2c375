package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// Shedding: the upstream sheds load with a 503 of its own.
// A whole and valid answer: Service Unavailable, with Retry-After (RFC 9110 15.6.4).
var Shedding = harness.Fault{
	Title: "the upstream sheds load with a 503 of its own",
	Cause: harness.Overload,
	Phase: harness.PhaseHeader,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, script.MustParse(`read-request; write "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nContent-Length: 9\r\nConnection: close\r\n\r\noverload\n"; close`))
	},
}
