package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// UnaskedSwitch: the upstream switches protocols unasked.
// A server may switch only to what the client named in Upgrade (RFC 9110 7.8).
var UnaskedSwitch = harness.Fault{
	Title: "the upstream switches protocols unasked",
	Cause: harness.Malformed,
	Phase: harness.PhaseHeader,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: chat\r\nConnection: upgrade\r\n\r\n"+script.Page)
	},
}
