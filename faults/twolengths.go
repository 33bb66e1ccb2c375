package faults

import (
	"context"
	"fmt"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// TwoLengths: the upstream sends two different Content-Lengths.
// Which of them is right decides where the next answer begins (RFC 9112 6.3).
var TwoLengths = harness.Fault{
	Title:   "the upstream sends two different Content-Lengths",
	Cause:   harness.Malformed,
	Phase:   harness.PhaseHeader,
	HTTP:    true,
	Invalid: true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		n := len(script.Page)
		return answer(ctx, b, fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\nContent-Length: %d\r\n\r\n%s", n, n-10, script.Page))
	},
}
