package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// RequestTooLarge: the client sends a larger body than the gateway takes.
// Twice a mebibyte, which is NGINX's limit where nothing is configured.
var RequestTooLarge = harness.Fault{
	Title: "the client sends a larger body than the gateway takes",
	Cause: harness.Send,
	Phase: harness.PhaseLocal,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		const most = 1 << 20
		return b.Misbehave(ctx, "lets the client send a larger body", harness.Announced(2*most), func(t *harness.Traffic) { t.Body = 2 * most })
	},
}
