package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// SocketFull: the queue of the upstream's socket is full.
// Nobody accepts and others wait. A unix socket lets nobody wait for a place: connect(2)
// says EAGAIN at once (connect(2)).
var SocketFull = harness.Fault{
	Title: "the queue of the upstream's socket is full",
	Cause: harness.Socket,
	Phase: harness.PhaseConnect,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.FillSocket(ctx)
	},
}
