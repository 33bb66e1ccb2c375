package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// NoRoute: the gateway has no route to the upstream.
// connect(2) says ENETUNREACH before there is a packet.
var NoRoute = harness.Fault{
	Title: "the gateway has no route to the upstream",
	Cause: harness.Network,
	Phase: harness.PhaseConnect,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.LoseRoute(ctx)
	},
}
