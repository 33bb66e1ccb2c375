package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// BodyToHead: the upstream sends a body in answer to HEAD.
// The length is what GET would get, and nothing may follow the header (RFC 9110 9.3.2).
var BodyToHead = harness.Fault{
	Title: "the upstream sends a body in answer to HEAD",
	Cause: harness.Body,
	Phase: harness.PhaseBody,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, head(len(script.Page))+script.Page)
	},
}
