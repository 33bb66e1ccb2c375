package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// Starved: the upstream's process is starved of CPU.
// What it has to do takes a twentieth of the read timeout, on a core of its own. It shares one
// with a hundred others that never rest.
var Starved = harness.Fault{
	Title:  "the upstream's process is starved of CPU",
	Cause:  harness.Overload,
	Phase:  harness.PhaseWait,
	Kernel: harness.ByScheduler,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.PlayStarved(ctx, script.Script{{Steps: []script.Step{
			{Verb: script.Handshake}, {Verb: script.Starve, Every: b.Policy.Read.Value / 20}, {Verb: script.Serve},
		}}})
	},
}
