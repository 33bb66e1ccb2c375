package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// EarlyTooLarge: the upstream answers 413 in the middle of the request's body.
// It has seen the length in the head, answers, and reads on without looking (RFC 9110 15.5.14).
var EarlyTooLarge = harness.Fault{
	Title: "the upstream answers 413 in the middle of the request's body",
	Cause: harness.Send,
	Phase: harness.PhaseSend,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-head; write %q; close", early("413 Content Too Large")))
	},
}
