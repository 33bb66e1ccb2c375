package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// BodyOf204: the upstream sends a body with its 204.
// 204 has none, so what comes after its header is nothing (RFC 9110 15.3.5).
var BodyOf204 = harness.Fault{
	Title: "the upstream sends a body with its 204",
	Cause: harness.Body,
	Phase: harness.PhaseBody,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answerWhole(ctx, b, "HTTP/1.1 204 No Content\r\n"+lengthOf(script.Page)+script.Page)
	},
}
