package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// OldTLS: the upstream speaks no TLS above 1.2.
// Whoever offers none as old as that is refused by a fatal alert protocol_version, code 70.
var OldTLS = harness.Fault{
	Title: "the upstream speaks no TLS above 1.2",
	Cause: harness.TLS,
	Phase: harness.PhaseTLS,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Insist(ctx, agent.ServerTLS{Version: "1.2"}, "speak no TLS but 1.2")
	},
}
