package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// RouteProhibited: a route on the gateway's host prohibits the upstream.
// connect(2) says EACCES before there is a packet (ip-route(8), "prohibit").
var RouteProhibited = harness.Fault{
	Title: "a route on the gateway's host prohibits the upstream",
	Cause: harness.Network,
	Phase: harness.PhaseConnect,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.ProhibitRoute(ctx)
	},
}
