package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/authority"
)

// DefaultCertificate: the upstream shows another certificate to whom says no name.
// It serves several names at one address. Who says one (RFC 6066 3) is shown that name's
// certificate, who says none that of the first.
var DefaultCertificate = harness.Fault{
	Title: "the upstream shows another certificate to whom says no name",
	Cause: harness.TLS,
	Phase: harness.PhaseTLS,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.ShowUnasked(ctx, authority.OtherName)
	},
}
