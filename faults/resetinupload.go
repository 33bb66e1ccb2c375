package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// ResetInUpload: the upstream resets the connection in the middle of the request's body.
// It has read the head, and not what comes after it.
var ResetInUpload = harness.Fault{
	Title: "the upstream resets the connection in the middle of the request's body",
	Cause: harness.Send,
	Phase: harness.PhaseSend,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-head; reset"))
	},
}
