package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// Jitter: packets to and from the upstream are late by varying times.
// A round trip takes two fifths to three fifths of the shorter timeout, by a seed.
var Jitter = harness.Fault{
	Title: "packets to and from the upstream are late by varying times",
	Cause: harness.Network,
	Phase: harness.PhaseConnect,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		const seed = 1
		timeout := harness.ShorterTimeout.Of(b.Policy)
		return b.Delay(ctx, timeout/5, timeout/10, seed)
	},
}
