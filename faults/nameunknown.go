package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// NameUnknown: the upstream knows no certificate for the name.
// It answers the name that the gateway opens with by a fatal alert unrecognized_name, code 112
// (RFC 6066 3).
var NameUnknown = harness.Fault{
	Title: "the upstream knows no certificate for the name",
	Cause: harness.TLS,
	Phase: harness.PhaseTLS,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answerHello(ctx, b, "\x15\x03\x03\x00\x02\x02\x70")
	},
}
