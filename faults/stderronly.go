package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/speech"
)

// StderrOnly: the application writes to stderr alone.
// A message and the end of the request: it died before it had an answer.
var StderrOnly = harness.Fault{
	Title: "the application writes to stderr alone",
	Cause: harness.FastCGI,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; close",
			speech.Record(speech.Stderr, "no such thing as an answer\n")+speech.Record(speech.Stdout, "")+speech.End(255, speech.Complete)))
	},
}
