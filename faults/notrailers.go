package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
	"github.com/badgateway/badgateway/harness/speech"
)

// NoTrailers: the service ends its answer without trailers.
// The message is whole and the stream ends with it: HTTP/2 has nothing against that, and
// gRPC has no status.
var NoTrailers = harness.Fault{
	Title: "the service ends its answer without trailers",
	Cause: harness.GRPC,
	Phase: harness.PhaseBody,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; hold", reply().Data(true, speech.Message(script.Page)).String()))
	},
}
