package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// HalfHeader: the client sends half of its request's header and no more.
var HalfHeader = harness.Fault{
	Title:  "the client sends half of its request's header and no more",
	Cause:  harness.Client,
	Phase:  harness.PhaseLocal,
	Inject: func(ctx context.Context, b *harness.Bay) error { return b.SendHalf(ctx) },
}
