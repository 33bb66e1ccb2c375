package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// Unrouted: no location passes the request on.
// The gateway answers it of its own accord, and asks no upstream.
var Unrouted = harness.Fault{
	Title: "no location passes the request on",
	Cause: harness.Misconfig,
	Phase: harness.PhaseLocal,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Mislead(ctx, harness.AnsweredByAnother)
	},
}
