package faults

import (
	"context"

	"golang.org/x/net/http2"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/speech"
)

// FrameLength: a frame of the service has a wrong length.
// A PING of seven bytes: it has eight (RFC 9113 6.7).
var FrameLength = harness.Fault{
	Title: "a frame of the service has a wrong length",
	Cause: harness.GRPC,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; hold", speech.HTTP2().Raw(http2.FramePing, 0, "seven b").String()))
	},
}
