package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// LinkDown: the link to the upstream is down.
// It is the far end that is taken down; the gateway's loses its carrier and keeps its
// address and its route.
var LinkDown = harness.Fault{
	Title:  "the link to the upstream is down",
	Cause:  harness.Network,
	Phase:  harness.PhaseConnect,
	Kernel: harness.ByARP,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.CutLink(ctx)
	},
}
