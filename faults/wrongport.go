package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// WrongPort: the gateway is told a port on which nothing listens.
var WrongPort = harness.Fault{
	Title: "the gateway is told a port on which nothing listens",
	Cause: harness.Misconfig,
	Phase: harness.PhaseConnect,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Mislead(ctx, harness.Refused)
	},
}
