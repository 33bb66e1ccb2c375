package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// NoAddress: the upstream's name has no address.
// The name exists and there is no record of that type (RFC 2308 2.2): no error, and no answer.
var NoAddress = harness.Fault{
	Title: "the upstream's name has no address",
	Cause: harness.DNS,
	Phase: harness.PhaseResolve,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.AnswerNoAddress(ctx)
	},
}
