package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// DNSSilent: the resolver does not answer.
// Queries reach the resolver and nothing comes back.
var DNSSilent = harness.Fault{
	Title: "the resolver does not answer",
	Cause: harness.DNS,
	Phase: harness.PhaseResolve,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.AnswerNothing(ctx)
	},
}
