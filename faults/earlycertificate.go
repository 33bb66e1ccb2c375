package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/authority"
)

// EarlyCertificate: the upstream's certificate is not valid yet.
// It will be in an hour: somebody's clock is wrong.
var EarlyCertificate = harness.Fault{
	Title: "the upstream's certificate is not valid yet",
	Cause: harness.TLS,
	Phase: harness.PhaseTLS,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Show(ctx, authority.NotYetValid)
	},
}
