package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// StopsReading: the upstream reads the request's head and none of its body.
// Its kernel takes what there is room for, and then the window is closed.
var StopsReading = harness.Fault{
	Title: "the upstream reads the request's head and none of its body",
	Cause: harness.Send,
	Phase: harness.PhaseSend,
	HTTP:  true,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Play(ctx, script.Script{{Steps: []script.Step{{Verb: script.ReadHead}, {Verb: script.Wait, Every: 4 * b.Policy.Send.Value}}}})
	},
}
