package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// StaleClosed: the upstream closes a kept connection as a request comes.
// It has answered one request on the connection and is about to close it for idleness when the
// next one arrives: that one is read by nobody who would answer.
var StaleClosed = harness.Fault{
	Title: "the upstream closes a kept connection as a request comes",
	Cause: harness.Reuse,
	Phase: harness.PhaseReuse,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.PlayKept(ctx, kept("read-request; close"), 3)
	},
}
