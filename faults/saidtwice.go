package faults

import (
	"context"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// SaidTwice: the upstream says Date and Server twice.
// A framework and the server around it each add theirs (RFC 9110 5.3).
var SaidTwice = harness.Fault{
	Title: "the upstream says Date and Server twice",
	Cause: harness.Malformed,
	Phase: harness.PhaseHeader,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return answer(ctx, b, "HTTP/1.1 200 OK\r\n"+strings.Repeat("Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nServer: app\r\n", 2)+lengthOf(script.Page)+script.Page)
	},
}
