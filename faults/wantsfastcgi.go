package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// WantsFastCGI: the upstream speaks FastCGI only, and hangs up on anything else.
// As php-fpm does: it reads the first bytes, finds no version that it knows, and closes with the
// rest unread, which is a reset.
var WantsFastCGI = harness.Fault{
	Title: "the upstream speaks FastCGI only, and hangs up on anything else",
	Cause: harness.Misconfig,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("hear; reset"))
	},
}
