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
	held := earlier(first, begun(s[0], 1))
	return b.Apply(ctx, Change{
		What: "lets another client's request keep the upstream busy",
		Apply: func(ctx context.Context) error {
			err := b.witness(ctx, 0, first)
			go func() { ended <- b.askOn(context.WithoutCancel(ctx)) }()
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
		Delivered: and(held, stillBusy),
	})
}

// askOn asks as another client and does not mind the answer.
func (b *Bay) askOn(ctx context.Context) error {
	a := b.Site.visit().Ask(b.prober(), Traffic{})
	a.Patience = b.Policy.Patience()
	_, err := b.lab.Agent.Ask(ctx, a)
	return err
}

// stillBusy: nobody's request was given up in the visitor's time.
func stillBusy(e *Evidence) (string, error) {
	if e.event(agent.Gone, e.fromGateway) != nil {
		return "", errors.New("the other client's request was over by then")
	}
	return "and it was still worked on when the visitor had his answer", nil
}
