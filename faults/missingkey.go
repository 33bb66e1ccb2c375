package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// MissingKey: the cache does not hold what is asked for.
// END and nothing before it (memcached, doc/protocol.txt).
var MissingKey = harness.Fault{
	Title: "the cache does not hold what is asked for",
	Cause: harness.Memcached,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, script.MustParse(`read-request; write "END\r\n"; close`))
	},
}
