package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// AskedAgain: another request waits for what is to take the place of an expired answer.
// The upstream does not answer that request, which a stranger made before the visitor came.
var AskedAgain = harness.Fault{
	Title: "another request waits for what is to take the place of an expired answer",
	Cause: harness.Edge,
	Phase: harness.PhaseEdge,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		if err := SilentWhenExpired.Inject(ctx, b); err != nil {
			return err
		}
		return b.AskAhead(ctx, harness.Traffic{})
	},
}
