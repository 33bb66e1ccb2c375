package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// Reset: the upstream resets the connection after the request.
// It reads the request and answers with RST.
var Reset = harness.Fault{
	Title: "the upstream resets the connection after the request",
	Cause: harness.Crash,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, script.MustParse("read-request; reset"))
	},
}
