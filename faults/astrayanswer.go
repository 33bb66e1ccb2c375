package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// AstrayAnswer: the resolver's answers have another ID than the queries.
// That is what forged ones look like (RFC 5452 4.3): a resolver's client has to ignore them.
var AstrayAnswer = harness.Fault{
	Title: "the resolver's answers have another ID than the queries",
	Cause: harness.DNS,
	Phase: harness.PhaseResolve,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.AnswerAstray(ctx)
	},
}
