package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// ClientGivesUp: the client leaves while the upstream is at work.
// It has waited for a quarter of what the gateway would wait.
var ClientGivesUp = harness.Fault{
	Title: "the client leaves while the upstream is at work",
	Cause: harness.Local,
	Phase: harness.PhaseLocal,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		if err := b.Play(ctx, parse("read-request; hold")); err != nil {
			return err
		}
		return b.LeaveAfter(ctx, b.Policy.Read.Value/4)
	},
}
