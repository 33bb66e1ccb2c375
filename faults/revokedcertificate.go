package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/authority"
)

// RevokedCertificate: the upstream's certificate was revoked.
// Its authority's list says so (RFC 5280 5).
var RevokedCertificate = harness.Fault{
	Title: "the upstream's certificate was revoked",
	Cause: harness.TLS,
	Phase: harness.PhaseTLS,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Show(ctx, authority.Revoked)
	},
}
