package faults

import (
	"context"

	"golang.org/x/net/http2"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/speech"
)

// StreamReset: the service resets the stream.
// RST_STREAM with INTERNAL_ERROR, and no field before it; the connection stays (RFC 9113
// 5.4.2).
var StreamReset = harness.Fault{
	Title: "the service resets the stream",
	Cause: harness.GRPC,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; hold", speech.HTTP2().Reset(http2.ErrCodeInternal).String()))
	},
}
