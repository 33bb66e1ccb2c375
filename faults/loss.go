package faults

import (
	"context"
	"fmt"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// Loss: the way to the upstream loses packets.
// They are the same ones each time, counted from when the loss begins.
var Loss = harness.Fault{
	Title:  "the way to the upstream loses packets",
	Cause:  harness.Network,
	Phase:  harness.PhaseSend,
	Kernel: harness.ByTCP,
	Inject: func(ctx context.Context, b *harness.Bay) error {
		if read := b.Policy.Read; read.Value < resentWithin {
			return &harness.Problem{Lack: true, What: fmt.Sprintf("%v is over before TCP has made up for a loss", read),
				Hint: fmt.Sprintf("that takes up to %v", resentWithin)}
		}
		return b.Lose(ctx, agent.Arriving, lost)
	},
}

// lost are three packets of ten, and with this seed those that matter: the ones numbered
// 2, 3 and 4, which are the request and the first two that TCP sends in its place. So it
// arrives after 0.8 s or so. The SYN, number 0, passes: it would be sent again only
// after a whole second, which is a connect timeout in some places.
var lost = agent.Loss{Seed: 276, Of: 10, Lost: 3}

// resentWithin is when TCP has made up for that, on a busy machine and without the probe
// that is sent in place of a last segment (RFC 8985 7) too: 0.2, 0.4 and 0.8 s.
const resentWithin = 1500 * time.Millisecond
