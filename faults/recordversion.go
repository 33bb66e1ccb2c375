package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
	"github.com/badgateway/badgateway/harness/speech"
)

// RecordVersion: the application's records are of a version that there is not.
// The first byte of each is 2; there is version 1 only (FastCGI specification 1.0,
// section 3.3).
var RecordVersion = harness.Fault{
	Title: "the application's records are of a version that there is not",
	Cause: harness.FastCGI,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		whole := speech.Record(speech.Stdout, lengthOf(script.Page)+script.Page)
		return b.Play(ctx, parse("read-request; write %q; close", "\x02"+whole[1:]))
	},
}
