package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
)

// ApplicationStatus: the application answers 503 of its own.
// A whole and valid answer, in the words of CGI where the protocol has them: a Status
// field in the place of a status line (RFC 3875 6.3.3).
var ApplicationStatus = harness.Fault{
	Title: "the application answers 503 of its own",
	Cause: harness.Overload,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		const fields = "Content-Type: text/plain\r\nRetry-After: 7\r\n\r\n"
		return b.Play(ctx, parse("read-request; write %q; close", application(b, "503 Service Unavailable", fields+"overload\n")))
	},
}
