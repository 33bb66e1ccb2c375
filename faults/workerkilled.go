package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// WorkerKilled: the worker that has the request is killed.
var WorkerKilled = harness.Fault{
	Title: "the worker that has the request is killed",
	Cause: harness.Local,
	Phase: harness.PhaseLocal,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return meanwhile(ctx, b, agent.Signal{Name: "KILL", Worker: true})
	},
}
