package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/authority"
)

// OtherName: the upstream's certificate is of another name.
// A valid one of the right authority, for somebody else.
var OtherName = harness.Fault{
	Title: "the upstream's certificate is of another name",
	Cause: harness.TLS,
	Phase: harness.PhaseTLS,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Show(ctx, authority.OtherName)
	},
}
