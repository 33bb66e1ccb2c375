package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/speech"
)

// StdoutEmpty: the application ends its request without output.
// The stream of its output is ended before it began, and the request with it.
var StdoutEmpty = harness.Fault{
	Title: "the application ends its request without output",
	Cause: harness.FastCGI,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; close", speech.Record(speech.Stdout, "")+speech.End(0, speech.Complete)))
	},
}
