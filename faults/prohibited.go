package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// Prohibited: a firewall rejects connections as prohibited.
// ICMP type 3 code 13 (RFC 1812 5.2.7.1), which the gateway's kernel reports as
// EHOSTUNREACH.
var Prohibited = harness.Fault{
	Title: "a firewall rejects connections as prohibited",
	Cause: harness.Firewall,
	Phase: harness.PhaseConnect,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Filter(ctx, "rejects as administratively prohibited", agent.Rule{Where: agent.Arriving, SYNOnly: true, Action: agent.RejectForbidden})
	},
}
