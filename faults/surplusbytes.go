package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// SurplusBytes: the upstream sends more than its Content-Length.
// After the body that was promised comes what looks like an answer to somebody else (RFC 9112 6.3).
var SurplusBytes = harness.Fault{
	Title:   "the upstream sends more than its Content-Length",
	Cause:   harness.Body,
	Phase:   harness.PhaseBody,
	HTTP:    true,
	Invalid: true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		const another = "a page of somebody else's\n"
		return answerWhole(ctx, b, head(len(script.Page))+script.Page+head(len(another))+another)
	},
}
