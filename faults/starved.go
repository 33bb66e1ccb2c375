package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// Starved: the upstream's process is starved of CPU.
// What it has to do takes half the read timeout on a core of its own, and it has one for two
// milliseconds in a hundred.
var Starved = harness.Fault{
	Title:  "the upstream's process is starved of CPU",
	Cause:  harness.Overload,
	Phase:  harness.PhaseWait,
	Kernel: harness.ByScheduler,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Starve(ctx)
	},
}
