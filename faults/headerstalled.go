package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// HeaderStalled: the upstream stops in the middle of its header.
var HeaderStalled = harness.Fault{
	Title: "the upstream stops in the middle of its header",
	Cause: harness.Slow,
	Phase: harness.PhaseHeader,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; hold", "HTTP/1.1 200 OK\r\nContent-Le"))
	},
}
