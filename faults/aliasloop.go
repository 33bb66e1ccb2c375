package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// AliasLoop: the upstream's name is an alias of itself.
// A CNAME record that leads back, with no address anywhere (RFC 1034 3.6.2).
var AliasLoop = harness.Fault{
	Title: "the upstream's name is an alias of itself",
	Cause: harness.DNS,
	Phase: harness.PhaseResolve,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.AnswerAliasOfItself(ctx)
	},
}
