package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// WantsTLS: the upstream wants TLS and says so in clear text.
var WantsTLS = harness.Fault{
	Title: "the upstream wants TLS and says so in clear text",
	Cause: harness.Misconfig,
	Phase: harness.PhaseHeader,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		const said = "The plain HTTP request was sent to an HTTPS port\n"
		return answerWhole(ctx, b, "HTTP/1.1 400 Bad Request\r\n"+lengthOf(said)+said)
	},
}
