package faults

import (
	"context"

	"golang.org/x/net/http2"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
	"github.com/badgateway/badgateway/harness/speech"
)

// DataOnZero: the service sends a body on the connection itself.
// DATA on stream 0, which is for what concerns all streams (RFC 9113 6.1).
var DataOnZero = harness.Fault{
	Title: "the service sends a body on the connection itself",
	Cause: harness.GRPC,
	Phase: harness.PhaseBody,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; hold", reply().Raw(http2.FrameData, 0, speech.Message(script.Page)).String()))
	},
}
