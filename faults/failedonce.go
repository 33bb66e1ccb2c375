package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// FailedOnce: every server has failed once, at another client's request.
// Each resets the first connection after the request and is well from then on, as where a single
// request is more than any server can do.
var FailedOnce = harness.Fault{
	Title: "every server has failed once, at another client's request",
	Cause: harness.Pool,
	Phase: harness.PhasePool,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.PlayEarlier(ctx, script.MustParse("1 x read-request; reset, then serve"), 1)
	},
}
