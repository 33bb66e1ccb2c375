package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// Narrow: the link to the upstream is so narrow that the answer takes longer than the read timeout.
// The body has the length that takes one and a quarter of the timeout; something of it
// comes all the time.
var Narrow = harness.Fault{
	Title:  "the link to the upstream is so narrow that the answer takes longer than the read timeout",
	Cause:  harness.Network,
	Phase:  harness.PhaseBody,
	Kernel: harness.ByQueue,
	HTTP:   true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		if err := b.Narrow(ctx, narrowRate); err != nil {
			return err
		}
		const line = "and so on, and so on, and so on, and so on, and so on, and so on\n"
		lines := max(1, int(b.Policy.Read.Value.Seconds()*5/4*narrowRate)/len(line))
		header := head(len(script.Page) + lines*len(line))
		return b.Play(ctx, parse("read-request; write %q; write %q x %d; write %q; close",
			header+script.FirstLine, line, lines, script.LastLine))
	},
}

// narrowRate is in bytes a second: a full segment every 60 ms. On a much slower link each
// segment would be sent again before it has arrived: TCP's shortest timer for that is
// 200 ms (Linux's TCP_RTO_MIN).
const narrowRate = 25_000
