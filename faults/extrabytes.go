package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// ExtraBytes: an answer to another client had more bytes than its Content-Length.
// Behind the page there is what looks like one more answer, in the same segment (RFC 9112 6.3
// has it be no part of the response, and not be taken for the next one).
var ExtraBytes = harness.Fault{
	Title: "an answer to another client had more bytes than its Content-Length",
	Cause: harness.Reuse,
	Phase: harness.PhaseReuse,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.PlayEarlier(ctx, kept("read-request; write %q; hold", page+stray), 4)
	},
}
