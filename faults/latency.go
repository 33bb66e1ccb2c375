package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// Latency: the upstream is half a connect timeout away.
// That is the time of a round trip; the handshake takes one and the request another.
var Latency = harness.Fault{
	Title: "the upstream is half a connect timeout away",
	Cause: harness.Network,
	Phase: harness.PhaseConnect,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Delay(ctx, b.Policy.Connect.Value/4, 0, 0)
	},
}
