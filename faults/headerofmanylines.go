package faults

import (
	"context"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// HeaderOfManyLines: the upstream's header has more lines than the gateway's buffer holds.
// No line is long; all together are twice what the gateway takes.
var HeaderOfManyLines = harness.Fault{
	Title: "the upstream's header has more lines than the gateway's buffer holds",
	Cause: harness.Malformed,
	Phase: harness.PhaseHeader,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		const write, line = 1, "Set-Cookie: item=abcdefghijklmnopqrstuvwxyz\r\n"
		return b.PlayTo(ctx, parse("read-request; write %q; close",
			"HTTP/1.1 200 OK\r\n"+strings.Repeat(line, 2*b.Policy.HeaderBytes/len(line))+lengthOf(script.Page)+script.Page), write)
	},
}
