package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// Loss: the way to the upstream loses packets.
// They are the same ones each time, counted from when the loss begins.
var Loss = harness.Fault{
	Title: "the way to the upstream loses packets",
	Cause: harness.Network,
	Phase: harness.PhaseSend,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Lose(ctx, agent.Arriving, lost)
	},
}

// lost are three packets of ten, and with this seed those that matter: the ones numbered
// 2, 3 and 4, which are the request and the first two that TCP sends in its place. So it
// arrives after 0.8 s or so. The SYN, number 0, passes: it would be sent again only
// after a whole second, which is a connect timeout in some places.
var lost = agent.Loss{Seed: 276, Of: 10, Lost: 3}
