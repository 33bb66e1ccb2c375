package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// WrongHost: the edge asks for another host than the origin serves.
// The origin's default server answers in the place of the right one, and asks no upstream.
var WrongHost = harness.Fault{
	Title: "the edge asks for another host than the origin serves",
	Cause: harness.Edge,
	Phase: harness.PhaseEdge,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Mislead(ctx, harness.AnsweredByAnother)
	},
}
