package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// OutOfMemory: the upstream runs out of memory.
// The request makes the process allocate until the kernel's memory killer ends it
// with SIGKILL.
var OutOfMemory = harness.Fault{
	Title:  "the upstream runs out of memory",
	Cause:  harness.Overload,
	Phase:  harness.PhaseHeader,
	Kernel: harness.ByMemory,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.PlayAndDie(ctx, script.MustParse("read-request; exhaust-memory"))
	},
}
