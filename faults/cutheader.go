package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// CutHeader: the upstream dies in the middle of its header.
// The answer's first header lines are there, then FIN.
var CutHeader = harness.Fault{
	Title: "the upstream dies in the middle of its header",
	Cause: harness.Crash,
	Phase: harness.PhaseHeader,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, script.MustParse(`read-request; write "HTTP/1.1 200 OK\r\nContent-Type: te"; close`))
	},
}
