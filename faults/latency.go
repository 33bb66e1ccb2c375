package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// Latency: the upstream is half a timeout away.
// That is the time of a round trip; the handshake takes one of the connect timeout, the
// request another of the read timeout.
var Latency = harness.Fault{
	Title: "the upstream is half a timeout away",
	Cause: harness.Network,
	Phase: harness.PhaseConnect,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Delay(ctx, harness.ShorterTimeout.Of(b.Policy)/4, 0, 0)
	},
}
