package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// UnaskedAnswer: the upstream has sent an answer on an idle connection.
// Nobody had asked for it: another client's request was answered before, whole.
var UnaskedAnswer = harness.Fault{
	Title: "the upstream has sent an answer on an idle connection",
	Cause: harness.Reuse,
	Phase: harness.PhaseReuse,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.PlayEarlier(ctx, kept("read-request; write %q; wait 50ms; write %q; hold", page, stray), 6)
	},
}
