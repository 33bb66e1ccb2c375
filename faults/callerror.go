package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/speech"
)

// CallError: the service answers with an error of its own.
// UNAVAILABLE, in trailers that are all of the answer: an error that is a 200 to HTTP
// (gRPC over HTTP2, Trailers-Only).
var CallError = harness.Fault{
	Title: "the service answers with an error of its own",
	Cause: harness.GRPC,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; close", speech.HTTP2().Headers(true,
			":status", "200", "content-type", "application/grpc", "grpc-status", "14", "grpc-message", "try again later").String()))
	},
}
