package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// ResetInBody: the upstream resets the connection in the middle of its body.
// Half of the promised body is there, and has had the time to be read: a reset overtakes what was not.
var ResetInBody = harness.Fault{
	Title: "the upstream resets the connection in the middle of its body",
	Cause: harness.Body,
	Phase: harness.PhaseBody,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return resetLater(ctx, b, head(len(script.Page))+script.Page[:len(script.Page)/2])
	},
}
