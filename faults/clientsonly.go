package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/authority"
)

// ClientsOnly: the upstream's certificate is for clients only.
// Its extended key usage leaves out servers (RFC 5280 4.2.1.12).
var ClientsOnly = harness.Fault{
	Title: "the upstream's certificate is for clients only",
	Cause: harness.TLS,
	Phase: harness.PhaseTLS,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Show(ctx, authority.OtherPurpose)
	},
}
