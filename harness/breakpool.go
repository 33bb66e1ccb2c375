package harness

import (
	"context"
	"errors"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// TakePlace lets the upstream work on another client's request, which came through the
// gateway, for as long as the fault is there.
func (b *Bay) TakePlace(ctx context.Context) error {
	s := script.MustParse("1 x read-request; hold, then serve")
	if err := b.alterHost(ctx, "lets the upstream play: "+s.String(), unproven, script1(s)); err != nil {
		return err
	}
	first, ended := &Evidence{}, make(chan error, 1)
	var other agent.Exchange // once it has ended
	held := earlier(first, begun(s[0], 1))
	return b.Apply(ctx, Change{
		What: "lets another client's request keep the upstream busy",
		Apply: func(ctx context.Context) error {
			err := b.witness(ctx, 0, first)
			go func() {
				var failed error
				other, failed = b.askOn(context.WithoutCancel(ctx))
				ended <- failed
			}()
			return err
		},
		Confirm: func(ctx context.Context) error { return b.watch(ctx, first, held) },
		Revert: func(ctx context.Context) error {
			err := b.heal(ctx) // which ends the other client's wait
			select {
			case asked := <-ended:
				return errors.Join(err, asked)
			case <-ctx.Done():
				return errors.Join(err, context.Cause(ctx))
			}
		},
		Delivered: and(held, func(e *Evidence) (string, error) { return stillBusy(other, e) }),
	})
}

// askOn asks as another client and does not mind the answer.
func (b *Bay) askOn(ctx context.Context) (agent.Exchange, error) {
	a := b.Site.visit().Ask(b.prober(), Traffic{})
	a.Patience = b.Policy.Patience()
	return b.lab.Agent.Ask(ctx, a)
}

// stillBusy: the other client's request was not given up before the visitor had his answer.
func stillBusy(other agent.Exchange, e *Evidence) (string, error) {
	if other.Began+other.Ended <= e.Exchange.Began+e.Exchange.Ended {
		return "", errors.New("the other client's request was over by then")
	}
	return "and it was still worked on when the visitor had his answer", nil
}
