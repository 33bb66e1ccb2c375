package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// Empty: the upstream closes without an answer.
// It reads the request and sends FIN, no byte before it.
var Empty = harness.Fault{
	Title: "the upstream closes without an answer",
	Cause: harness.Crash,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, script.MustParse("read-request; close"))
	},
}
