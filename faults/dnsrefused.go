package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// DNSRefused: the resolver refuses to answer.
// The resolver answers with REFUSED (RFC 1035 4.1.1, response code 5).
var DNSRefused = harness.Fault{
	Title: "the resolver refuses to answer",
	Cause: harness.DNS,
	Phase: harness.PhaseResolve,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.AnswerRCode(ctx, "REFUSED")
	},
}
