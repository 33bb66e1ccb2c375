package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// ServFail: the resolver fails.
// The resolver answers with SERVFAIL (RFC 1035 4.1.1, response code 2).
var ServFail = harness.Fault{
	Title: "the resolver fails",
	Cause: harness.DNS,
	Phase: harness.PhaseResolve,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.AnswerRCode(ctx, "SERVFAIL")
	},
}
