package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// CutWithoutNotice: the upstream is killed in a body over TLS that only its end would end.
// The answer has no length (RFC 9112 6.3, case 8): the end of the connection is its end. The
// process sends the first line of the page and is killed; its kernel sends FIN, and the
// close_notify that would announce an end (RFC 8446 6.1) is missing.
var CutWithoutNotice = harness.Fault{
	Title: "the upstream is killed in a body over TLS that only its end would end",
	Cause: harness.TLS,
	Phase: harness.PhaseBody,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.PlayAndDie(ctx, parse("read-request; write %q; die", "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n"+script.FirstLine))
	},
}
