package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// UnknownAtStart: the upstream's name does not exist when the gateway starts.
// The resolver answers with NXDOMAIN while the configuration is loaded.
var UnknownAtStart = harness.Fault{
	Title: "the upstream's name does not exist when the gateway starts",
	Cause: harness.DNS,
	Phase: harness.PhaseStart,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.AnswerRCode(ctx, "NXDOMAIN")
	},
}
