package faults

import (
	"context"

	"golang.org/x/net/http2"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
	"github.com/badgateway/badgateway/harness/speech"
)

// GoAwayGraceful: the service says that it will go and answers.
// GOAWAY without an error that names the request as the last one, then a whole answer: how
// a server is restarted (RFC 9113 6.8).
var GoAwayGraceful = harness.Fault{
	Title: "the service says that it will go and answers",
	Cause: harness.GRPC,
	Phase: harness.PhaseHeader,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, parse("read-request; write %q; hold", speech.HTTP2().GoAway(speech.Stream, http2.ErrCodeNo).String()+
			reply().Data(false, speech.Message(script.Page)).Headers(true, "grpc-status", "0").String()))
	},
}
