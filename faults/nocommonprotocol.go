package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// NoCommonProtocol: the upstream knows no HTTP/2 in its TLS.
// What ALPN (RFC 7301) offers is not among what it speaks, and it refuses by a fatal alert
// no_application_protocol, code 120.
var NoCommonProtocol = harness.Fault{
	Title: "the upstream knows no HTTP/2 in its TLS",
	Cause: harness.TLS,
	Phase: harness.PhaseTLS,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Insist(ctx, agent.ServerTLS{Protocol: "http/1.1"}, "know no protocol but HTTP/1.1 by ALPN")
	},
}
