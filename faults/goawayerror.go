package faults

import (
	"context"

	"golang.org/x/net/http2"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/speech"
)

// GoAwayError: the service ends the connection for an error.
// GOAWAY with INTERNAL_ERROR, and the request among what was not worked on (RFC 9113 6.8).
var GoAwayError = harness.Fault{
	Title: "the service ends the connection for an error",
	Cause: harness.GRPC,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; close", speech.HTTP2().GoAway(0, http2.ErrCodeInternal).String()))
	},
}
