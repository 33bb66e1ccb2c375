package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// SocketForbidden: the gateway may not use the upstream's socket.
// The file has mode 0, as one has that belongs to somebody else: connect(2) says EACCES
// (unix(7)).
var SocketForbidden = harness.Fault{
	Title: "the gateway may not use the upstream's socket",
	Cause: harness.Socket,
	Phase: harness.PhaseConnect,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.LockSocket(ctx)
	},
}
