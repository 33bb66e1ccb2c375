package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/speech"
)

// OverloadedApplication: the application refuses the request as overloaded.
// FCGI_OVERLOADED in the record that ends the request, and no output (FastCGI
// specification 1.0, section 5.5).
var OverloadedApplication = harness.Fault{
	Title: "the application refuses the request as overloaded",
	Cause: harness.FastCGI,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; close", speech.End(0, speech.Overloaded)))
	},
}
