package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// Killed: the upstream's process is killed in mid-request.
// The process reads the request and is ended by SIGKILL; its kernel closes the
// connection.
var Killed = harness.Fault{
	Title: "the upstream's process is killed in mid-request",
	Cause: harness.Crash,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.PlayAndDie(ctx, script.MustParse("read-request; die"))
	},
}
