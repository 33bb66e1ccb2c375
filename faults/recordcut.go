package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
	"github.com/badgateway/badgateway/harness/speech"
)

// RecordCut: the application dies in the middle of a record.
// The record promises a header that does not come whole, then FIN.
var RecordCut = harness.Fault{
	Title: "the application dies in the middle of a record",
	Cause: harness.FastCGI,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		whole := speech.Record(speech.Stdout, lengthOf(script.Page)+script.Page)
		return b.Play(ctx, parse("read-request; write %q; close", whole[:len(whole)/4]))
	},
}
