package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// NoCommonCipher: the upstream shares no cipher suite with the gateway.
// It has one that nobody may offer any more (RFC 7465), up to TLS 1.2, and refuses by a fatal
// alert handshake_failure, code 40.
var NoCommonCipher = harness.Fault{
	Title: "the upstream shares no cipher suite with the gateway",
	Cause: harness.TLS,
	Phase: harness.PhaseTLS,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Insist(ctx, agent.ServerTLS{NoCipher: true}, "have no cipher suite that anybody offers")
	},
}
