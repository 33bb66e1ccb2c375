package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// FormErr: the resolver does not understand the query.
// The resolver answers with FORMERR (RFC 1035 4.1.1, response code 1).
var FormErr = harness.Fault{
	Title: "the resolver does not understand the query",
	Cause: harness.DNS,
	Phase: harness.PhaseResolve,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.AnswerRCode(ctx, "FORMERR")
	},
}
