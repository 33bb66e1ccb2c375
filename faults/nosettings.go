package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
	"github.com/badgateway/badgateway/harness/speech"
)

// NoSettings: the service answers before it has said its settings.
// The first frame is no SETTINGS, as the preface has it (RFC 9113 3.4).
var NoSettings = harness.Fault{
	Title: "the service answers before it has said its settings",
	Cause: harness.GRPC,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("hear; write %q; close", reply().Data(false, speech.Message(script.Page)).Headers(true, "grpc-status", "0").String()))
	},
}
