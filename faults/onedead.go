package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// OneDead: one of the two addresses of the upstream's name is dead.
// A host at which nothing listens on that port, and the one that serves it.
var OneDead = harness.Fault{
	Title: "one of the two addresses of the upstream's name is dead",
	Cause: harness.DNS,
	Phase: harness.PhaseConnect,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.AnswerIdleHostToo(ctx)
	},
}
