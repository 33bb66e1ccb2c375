package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
	"github.com/badgateway/badgateway/harness/speech"
)

// CallClosed: the service closes as soon as it has answered.
// The answer is whole with its trailers, and FIN comes behind them, without GOAWAY. The service
// hears first that the gateway acknowledges its settings. NGINX that still has to takes
// the FIN for a cut (all versions to 1.30: ngx_http_grpc_filter calls no response whole while
// there are control frames to be sent), and whether it has would be a race.
var CallClosed = harness.Fault{
	Title: "the service closes as soon as it has answered",
	Cause: harness.GRPC,
	Phase: harness.PhaseBody,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		const closing = 3
		return b.PlayTo(ctx, parse("read-request; hear; write %q; close",
			reply().Data(false, speech.Message(script.Page)).Headers(true, "grpc-status", "0").String()), closing)
	},
}
