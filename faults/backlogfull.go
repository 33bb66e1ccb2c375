package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// BacklogFull: the upstream's accept queue is full.
// Nobody accepts, other clients fill the queue, and its kernel drops every
// further SYN (tcp(7), listen(2)).
var BacklogFull = harness.Fault{
	Title:  "the upstream's accept queue is full",
	Cause:  harness.Overload,
	Phase:  harness.PhaseConnect,
	Kernel: harness.BySYN,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.FillBacklog(ctx)
	},
}
