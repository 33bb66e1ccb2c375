package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// HiddenByCache: the upstream is gone, and a cache has its answer.
// Its process was killed. A stranger who asks for what no cache has meets that: the kernel
// of its host answers the SYN with RST.
var HiddenByCache = harness.Fault{
	Title: "the upstream is gone, and a cache has its answer",
	Cause: harness.Edge,
	Phase: harness.PhaseEdge,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		if err := b.Kill(ctx); err != nil {
			return err
		}
		return b.Witness(ctx)
	},
}
