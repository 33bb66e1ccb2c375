package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// BodyDripped: the upstream's body comes byte by byte.
// No pause is longer than the read timeout, the whole takes longer.
var BodyDripped = harness.Fault{
	Title: "the upstream's body comes byte by byte",
	Cause: harness.Slow,
	Phase: harness.PhaseBody,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		const slow = 16
		pause := b.Policy.Read.Value * 3 / 2 / (slow - 1)
		return b.Play(ctx, parse("read-request; write %q; drip %q every %v; write %q; close",
			head(len(script.Page)), script.Page[:slow], pause, script.Page[slow:]))
	},
}
