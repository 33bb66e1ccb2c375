package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// CacheError: the cache says that it cannot.
// SERVER_ERROR (memcached, doc/protocol.txt).
var CacheError = harness.Fault{
	Title: "the cache says that it cannot",
	Cause: harness.Memcached,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, script.MustParse(`read-request; write "SERVER_ERROR out of memory storing object\r\n"; close`))
	},
}
