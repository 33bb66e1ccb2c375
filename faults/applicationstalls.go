package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// ApplicationStalls: the application stops in the middle of its answer.
// Half of the promised body is there, then nothing more and no FIN.
var ApplicationStalls = harness.Fault{
	Title: "the application stops in the middle of its answer",
	Cause: harness.Slow,
	Phase: harness.PhaseBody,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; hold", output(b, "200 OK", lengthOf(script.Page)+script.Page[:len(script.Page)/2])))
	},
}
