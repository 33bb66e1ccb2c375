package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/authority"
)

// Aged: the upstream's certificate has expired since the gateway last saw it.
// The upstream was not started anew, so it still knows the sessions of its peers; who resumes
// one is shown no certificate (RFC 8446 2.2).
var Aged = harness.Fault{
	Title: "the upstream's certificate has expired since the gateway last saw it",
	Cause: harness.TLS,
	Phase: harness.PhaseTLS,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Age(ctx, authority.Expired)
	},
}
