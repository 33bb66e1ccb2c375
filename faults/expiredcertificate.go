package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/authority"
)

// ExpiredCertificate: the upstream's certificate has expired.
// An hour ago; nothing else is wrong with it.
var ExpiredCertificate = harness.Fault{
	Title: "the upstream's certificate has expired",
	Cause: harness.TLS,
	Phase: harness.PhaseTLS,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Show(ctx, authority.Expired)
	},
}
