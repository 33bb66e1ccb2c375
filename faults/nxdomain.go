package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// NXDomain: the upstream's name does not exist.
// The resolver answers with NXDOMAIN (RFC 1035 4.1.1, response code 3).
var NXDomain = harness.Fault{
	Title: "the upstream's name does not exist",
	Cause: harness.DNS,
	Phase: harness.PhaseResolve,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.AnswerRCode(ctx, "NXDOMAIN")
	},
}
