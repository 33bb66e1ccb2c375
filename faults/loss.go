package faults

import (
	"context"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// lost are three packets of ten, and with this seed those that matter: 2, 3 and 4, which
// are the request and what TCP sends of it again. The SYN is none of them: it is sent
// again after a whole second.
var lost = agent.Loss{Seed: 276, Of: 10, Lost: 3}

// Loss: the way to the upstream loses packets.
// Each time that the rule is made it loses the same ones, counted from its making.
var Loss = harness.Fault{
	Title: "the way to the upstream loses packets",
	Cause: harness.Network,
	Phase: harness.PhaseSend,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		return b.Lose(ctx, agent.Arriving, lost)
	},
}
