package faults

import (
	"context"

	"golang.org/x/net/http2"

	"github.com/badgateway/badgateway/harness"
)

// StreamResetLate: the service resets the stream in the middle of its message.
// Fields and half of a message, then RST_STREAM with INTERNAL_ERROR.
var StreamResetLate = harness.Fault{
	Title: "the service resets the stream in the middle of its message",
	Cause: harness.GRPC,
	Phase: harness.PhaseBody,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; hold", half().Reset(http2.ErrCodeInternal).String()))
	},
}
