package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
	"github.com/badgateway/badgateway/harness/speech"
)

// ExitStatus: the application ends its request with an exit status of its own.
// The answer is whole; the status that the process would have exited with says that
// something went wrong (FastCGI specification 1.0, section 5.5).
var ExitStatus = harness.Fault{
	Title: "the application ends its request with an exit status of its own",
	Cause: harness.FastCGI,
	Phase: harness.PhaseBody,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; close",
			speech.Record(speech.Stdout, lengthOf(script.Page)+script.Page)+speech.Record(speech.Stdout, "")+speech.End(1, speech.Complete)))
	},
}
