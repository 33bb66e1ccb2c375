package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// NotImp: the resolver does not do what it is asked.
// The resolver answers with NOTIMP (RFC 1035 4.1.1, response code 4).
var NotImp = harness.Fault{
	Title: "the resolver does not do what it is asked",
	Cause: harness.DNS,
	Phase: harness.PhaseResolve,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.AnswerRCode(ctx, "NOTIMP")
	},
}
