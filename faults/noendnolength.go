package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
	"github.com/badgateway/badgateway/harness/speech"
)

// NoEndNoLength: the application dies in an answer whose length nobody said.
// The header and half of the page are there, then FIN and no record that ends the
// request (FCGI_END_REQUEST).
var NoEndNoLength = harness.Fault{
	Title: "the application dies in an answer whose length nobody said",
	Cause: harness.FastCGI,
	Phase: harness.PhaseBody,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; close",
			speech.Record(speech.Stdout, "Content-Type: text/plain\r\n\r\n"+script.Page[:len(script.Page)/2])))
	},
}
