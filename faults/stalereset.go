package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// StaleReset: the upstream resets a kept connection as a request comes.
// It has answered one request on the connection and is gone, or restarted, when the next one
// arrives: its kernel knows the connection no more.
var StaleReset = harness.Fault{
	Title: "the upstream resets a kept connection as a request comes",
	Cause: harness.Reuse,
	Phase: harness.PhaseReuse,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.PlayKept(ctx, kept("read-request; reset"), 3)
	},
}
