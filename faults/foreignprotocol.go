package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// ForeignProtocol: the gateway speaks another protocol than its upstream.
// Which is a web server: it takes what it reads for a bad request.
var ForeignProtocol = harness.Fault{
	Title: "the gateway speaks another protocol than its upstream",
	Cause: harness.Misconfig,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		if err := answerUnread(ctx, b, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"); err != nil {
			return err
		}
		return b.Mislead(ctx, harness.SpokenTo)
	},
}
