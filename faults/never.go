package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// Never: the upstream never answers.
// It reads the request and keeps the connection open.
var Never = harness.Fault{
	Title: "the upstream never answers",
	Cause: harness.Slow,
	Phase: harness.PhaseWait,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, script.MustParse("read-request; hold"))
	},
}
