package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// AsksWho: the upstream lets nobody in without a certificate.
// It asks the gateway for one of the lab's authority (mutual TLS) and refuses who has none.
var AsksWho = harness.Fault{
	Title: "the upstream lets nobody in without a certificate",
	Cause: harness.TLS,
	Phase: harness.PhaseTLS,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Insist(ctx, agent.ServerTLS{AsksWho: true}, "ask the gateway for a certificate")
	},
}
