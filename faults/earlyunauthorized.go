package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// EarlyUnauthorized: the upstream answers 401 in the middle of the request's body.
// It has seen in the head that it will not take the body, and reads on without looking.
var EarlyUnauthorized = harness.Fault{
	Title: "the upstream answers 401 in the middle of the request's body",
	Cause: harness.Send,
	Phase: harness.PhaseSend,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-head; write %q; close", early("401 Unauthorized", "WWW-Authenticate: Basic realm=\"upload\"")))
	},
}
