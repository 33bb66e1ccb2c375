package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// Refused: the upstream's process is gone.
// Its process was killed and nothing listens any more: the kernel of its host
// answers the gateway's SYN with RST.
var Refused = harness.Fault{
	Title: "the upstream's process is gone",
	Cause: harness.Crash,
	Phase: harness.PhaseConnect,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Kill(ctx)
	},
}
