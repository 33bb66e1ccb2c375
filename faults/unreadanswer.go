package faults

import (
	"context"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// UnreadAnswer: the client is slower to read a large answer than the upstream to send it.
// It is larger than what the kernels between them and the gateway's buffers take in.
var UnreadAnswer = harness.Fault{
	Title: "the client is slower to read a large answer than the upstream to send it",
	Cause: harness.Local,
	Phase: harness.PhaseLocal,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		const block, blocks = 1 << 10, 4 << 10
		large := parse("read-request; write %q; write %q x %d; close", head(block*blocks), strings.Repeat("a", block), blocks)
		const body = 2
		if err := b.PlayTo(ctx, large, body); err != nil {
			return err
		}
		return b.ReadLate(ctx, b.Policy.Read.Value/4)
	},
}
