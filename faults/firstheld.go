package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// FirstHeld: another request for the same waits for the upstream.
// The upstream never answers that one, which a stranger made before the visitor came, and
// serves all others.
var FirstHeld = harness.Fault{
	Title: "another request for the same waits for the upstream",
	Cause: harness.Edge,
	Phase: harness.PhaseEdge,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		if err := b.Play(ctx, script.MustParse("1 x read-request; hold, then serve")); err != nil {
			return err
		}
		return b.AskAhead(ctx, harness.Traffic{Unseen: true})
	},
}
