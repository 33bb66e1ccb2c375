package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
	"github.com/badgateway/badgateway/harness/speech"
)

// NoEnd: the application closes after its answer and does not end the request.
// The output is whole by its Content-Length, and no record says that the request is
// over (FCGI_END_REQUEST).
var NoEnd = harness.Fault{
	Title: "the application closes after its answer and does not end the request",
	Cause: harness.FastCGI,
	Phase: harness.PhaseBody,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; close", speech.Record(speech.Stdout, lengthOf(script.Page)+script.Page)))
	},
}
