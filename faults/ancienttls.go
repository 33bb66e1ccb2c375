package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// AncientTLS: the upstream speaks no TLS but 1.0.
// It takes what it is offered for an offer of all that is older, as RFC 5246 (appendix E.1) has
// it, and answers in 1.0.
var AncientTLS = harness.Fault{
	Title: "the upstream speaks no TLS but 1.0",
	Cause: harness.TLS,
	Phase: harness.PhaseTLS,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Insist(ctx, agent.ServerTLS{Version: "1.0"}, "speak no TLS but 1.0")
	},
}
