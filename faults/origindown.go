package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// OriginDown: the edge is in front of a port on which nothing listens.
// The upstream is well; what would pass requests on to it is not there. It is the machine's
// own port that refuses, so the proof is the gateway's log.
var OriginDown = harness.Fault{
	Title: "the edge is in front of a port on which nothing listens",
	Cause: harness.Edge,
	Phase: harness.PhaseConnect,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Mislead(ctx, harness.FailedIn(harness.PhaseConnect))
	},
}
