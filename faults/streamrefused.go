package faults

import (
	"context"

	"golang.org/x/net/http2"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/speech"
)

// StreamRefused: the service refuses the stream.
// RST_STREAM with REFUSED_STREAM: nothing was done, the request may be sent again (RFC
// 9113 8.7).
var StreamRefused = harness.Fault{
	Title: "the service refuses the stream",
	Cause: harness.GRPC,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; hold", speech.HTTP2().Reset(http2.ErrCodeRefusedStream).String()))
	},
}
