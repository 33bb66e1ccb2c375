package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// ResetOnAccept: the upstream resets every connection as soon as it is accepted.
// It never reads the request: RST may come before, while or after the
// gateway sends it.
var ResetOnAccept = harness.Fault{
	Title: "the upstream resets every connection as soon as it is accepted",
	Cause: harness.Crash,
	Phase: harness.PhaseSend,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, script.MustParse("reset"))
	},
}
