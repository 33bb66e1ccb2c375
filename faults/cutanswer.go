package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// CutAnswer: the resolver's answer does not fit into a datagram.
// Over UDP it says TC and nothing else; over TCP it is whole (RFC 7766 5).
var CutAnswer = harness.Fault{
	Title: "the resolver's answer does not fit into a datagram",
	Cause: harness.DNS,
	Phase: harness.PhaseResolve,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.AnswerCut(ctx)
	},
}
