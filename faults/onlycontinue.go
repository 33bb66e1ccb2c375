package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// OnlyContinue: the upstream says 100 and closes.
// An interim answer is none: the final one has to follow (RFC 9110 15.2).
var OnlyContinue = harness.Fault{
	Title: "the upstream says 100 and closes",
	Cause: harness.Malformed,
	Phase: harness.PhaseHeader,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, "HTTP/1.1 100 Continue\r\n\r\n")
	},
}
