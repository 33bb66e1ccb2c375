package faults

import (
	"context"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// FrameTooLarge: a frame of the service is larger than the gateway allows.
// DATA of one byte more than the 16 KiB that everyone has to take, and that nobody raised
// (RFC 9113 4.2).
var FrameTooLarge = harness.Fault{
	Title: "a frame of the service is larger than the gateway allows",
	Cause: harness.GRPC,
	Phase: harness.PhaseBody,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; hold", reply().Data(false, strings.Repeat("x", 16<<10+1)).String()))
	},
}
