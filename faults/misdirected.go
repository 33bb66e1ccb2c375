package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// Misdirected: the upstream serves other hosts than the one that it is asked for.
// As servers with several certificates answer where SNI and Host do not agree (RFC 9110 15.5.20).
var Misdirected = harness.Fault{
	Title: "the upstream serves other hosts than the one that it is asked for",
	Cause: harness.Misconfig,
	Phase: harness.PhaseHeader,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		const said = "this host is not served here\n"
		return answerWhole(ctx, b, "HTTP/1.1 421 Misdirected Request\r\n"+lengthOf(said)+said)
	},
}
