package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// BodyStalled: the upstream stops in the middle of its body.
// Half of the promised body is there, then nothing more and no FIN.
var BodyStalled = harness.Fault{
	Title: "the upstream stops in the middle of its body",
	Cause: harness.Slow,
	Phase: harness.PhaseBody,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; hold", head(len(script.Page))+script.Page[:len(script.Page)/2]))
	},
}
