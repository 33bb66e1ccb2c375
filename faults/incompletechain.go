package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/authority"
)

// IncompleteChain: the upstream shows its certificate without the intermediate one.
// An intermediate authority has signed it, and the upstream sends the leaf alone.
var IncompleteChain = harness.Fault{
	Title: "the upstream shows its certificate without the intermediate one",
	Cause: harness.TLS,
	Phase: harness.PhaseTLS,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Show(ctx, authority.Incomplete)
	},
}
