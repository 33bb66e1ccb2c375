package faults

import (
	"context"

	"golang.org/x/net/http2"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/speech"
)

// GoAwayUnprocessed: the service ends the connection before it takes the request.
// GOAWAY without an error that names no stream: the request was not worked on and may be
// sent again (RFC 9113 6.8).
var GoAwayUnprocessed = harness.Fault{
	Title: "the service ends the connection before it takes the request",
	Cause: harness.GRPC,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; close", speech.HTTP2().GoAway(0, http2.ErrCodeNo).String()))
	},
}
