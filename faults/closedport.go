package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// ClosedPort: the upstream's name leads to a host that does not serve it.
// The answer is there and wrong: that host lives, and its kernel answers the SYN
// with RST.
var ClosedPort = harness.Fault{
	Title: "the upstream's name leads to a host that does not serve it",
	Cause: harness.DNS,
	Phase: harness.PhaseConnect,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.AnswerIdleHost(ctx)
	},
}
