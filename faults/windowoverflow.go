package faults

import (
	"context"

	"golang.org/x/net/http2"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/speech"
)

// WindowOverflow: the service widens a window beyond what there is.
// WINDOW_UPDATE by 2^31-1 on top of what the window holds (RFC 9113 6.9.1).
var WindowOverflow = harness.Fault{
	Title: "the service widens a window beyond what there is",
	Cause: harness.GRPC,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; hold", speech.HTTP2().Raw(http2.FrameWindowUpdate, speech.Stream, "\x7f\xff\xff\xff").String()))
	},
}
