package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// ApplicationHeadless: the application answers without a header.
// What it prints begins with the page: a warning or an echo before the header does that.
var ApplicationHeadless = harness.Fault{
	Title: "the application answers without a header",
	Cause: harness.Malformed,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; close", printed(b, script.Page)))
	},
}
