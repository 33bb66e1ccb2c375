package faults

import (
	"context"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// HeaderDripped: the upstream's header comes byte by byte.
// No pause is longer than the read timeout, the whole takes longer.
var HeaderDripped = harness.Fault{
	Title: "the upstream's header comes byte by byte",
	Cause: harness.Slow,
	Phase: harness.PhaseHeader,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		text := "HTTP/1.1 200 OK\r\n"
		pause := b.Policy.Read.Value * 3 / 2 / time.Duration(len(text)-1)
		return b.Play(ctx, parse("read-request; drip %q every %v; write %q; close", text, pause, lengthOf(script.Page)+script.Page))
	},
}
