package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// UpgradeIgnored: the upstream answers a wish for WebSocket with a page.
// It may: a server that does not know the protocol ignores the field (RFC 9110 7.8).
var UpgradeIgnored = harness.Fault{
	Title: "the upstream answers a wish for WebSocket with a page",
	Cause: harness.WebSocket,
	Phase: harness.PhaseHeader,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; close", head(len(script.Page))+script.Page))
	},
}
