package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// EndsAfterOne: the upstream ends each connection as a second request comes on it.
// Another client has been answered before the visitor asks: whether his request comes on a
// connection of its own is the gateway's affair.
var EndsAfterOne = harness.Fault{
	Title: "the upstream ends each connection as a second request comes on it",
	Cause: harness.Reuse,
	Phase: harness.PhaseReuse,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.PlayToAll(ctx, parse("read-request; write %q; read-request; close", page))
	},
}
