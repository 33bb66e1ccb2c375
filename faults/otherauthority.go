package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/authority"
)

// OtherAuthority: the upstream's certificate is of another authority.
// Of one that the gateway was not told to trust.
var OtherAuthority = harness.Fault{
	Title: "the upstream's certificate is of another authority",
	Cause: harness.TLS,
	Phase: harness.PhaseTLS,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Show(ctx, authority.OtherAuthority)
	},
}
