package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// TLSAlert: the upstream answers with a TLS alert.
// It expects TLS on a port where the gateway speaks plain HTTP: fatal alert
// unexpected_message, code 10 (RFC 8446 6).
var TLSAlert = harness.Fault{
	Title: "the upstream answers with a TLS alert",
	Cause: harness.Malformed,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, script.MustParse(`read-request; write "\x15\x03\x01\x00\x02\x02\x0a"; close`))
	},
}
