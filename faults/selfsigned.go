package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/authority"
)

// SelfSigned: the upstream's certificate is signed by itself.
// No authority vouches for it.
var SelfSigned = harness.Fault{
	Title: "the upstream's certificate is signed by itself",
	Cause: harness.TLS,
	Phase: harness.PhaseTLS,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Show(ctx, authority.SelfSigned)
	},
}
