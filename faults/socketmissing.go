package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// SocketMissing: the upstream's socket is not there.
// Nobody listens and the file is gone: connect(2) says ENOENT (unix(7)).
var SocketMissing = harness.Fault{
	Title: "the upstream's socket is not there",
	Cause: harness.Socket,
	Phase: harness.PhaseConnect,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.RemoveSocket(ctx)
	},
}
