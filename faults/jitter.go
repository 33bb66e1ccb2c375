package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// Jitter: packets to and from the upstream are late by varying times.
// A round trip takes two fifths to three fifths of the connect timeout, by a seed.
var Jitter = harness.Fault{
	Title: "packets to and from the upstream are late by varying times",
	Cause: harness.Network,
	Phase: harness.PhaseConnect,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		const seed = 1
		return b.Delay(ctx, b.Policy.Connect.Value/5, b.Policy.Connect.Value/10, seed)
	},
}
