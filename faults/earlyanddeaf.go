package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// EarlyAndDeaf: the upstream answers 413 and reads no more of the request's body.
// Its answer is there, its window is closed: whoever wants to send all first never comes to
// listen.
var EarlyAndDeaf = harness.Fault{
	Title: "the upstream answers 413 and reads no more of the request's body",
	Cause: harness.Send,
	Phase: harness.PhaseSend,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-head; write %q; wait %v", early("413 Content Too Large"), 4*b.Policy.Send.Value))
	},
}
