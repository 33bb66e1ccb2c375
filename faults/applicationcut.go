package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// ApplicationCut: the application dies in the middle of its answer.
// Half of the promised body is there, then FIN.
var ApplicationCut = harness.Fault{
	Title: "the application dies in the middle of its answer",
	Cause: harness.Crash,
	Phase: harness.PhaseBody,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; close", output(b, "200 OK", lengthOf(script.Page)+script.Page[:len(script.Page)/2])))
	},
}
