package faults

import (
	"context"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// ApplicationHeaderTooLarge: the application's header is larger than the gateway's buffer.
// Cookies half as long again as all of the buffer.
var ApplicationHeaderTooLarge = harness.Fault{
	Title: "the application's header is larger than the gateway's buffer",
	Cause: harness.Malformed,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		cookie := "Set-Cookie: a=" + strings.Repeat("x", b.Policy.HeaderBytes*3/2) + "\r\n"
		return b.Play(ctx, parse("read-request; write %q; close", application(b, "200 OK", cookie+lengthOf(script.Page)+script.Page)))
	},
}
