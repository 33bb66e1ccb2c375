package faults

import (
	"context"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// Cut: a firewall cuts the connection in mid-response.
// After the first 64 KiB of the answer every packet from the upstream is lost.
var Cut = harness.Fault{
	Title: "a firewall cuts the connection in mid-response",
	Cause: harness.Firewall,
	Phase: harness.PhaseBody,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		const before = 64 << 10
		if err := b.Filter(ctx, "cuts the connection in mid-response", agent.Rule{Where: agent.Returning, After: before, Action: agent.Drop}); err != nil {
			return err
		}
		line := strings.Repeat("x", 63) + "\n"
		lines := 4 * before / len(line)
		return b.Play(ctx, parse("read-request; write %q; write %q x %d",
			head(len(script.FirstLine)+lines*len(line))+script.FirstLine, line, lines))
	},
}
