package harness

import (
	"context"
	"fmt"
	"time"
)

// recoverWithin bounds revert and recovery together, revertWithin what is reverted in a
// lab that nobody will use again.
const (
	recoverWithin = 30 * time.Second
	revertWithin  = 3 * time.Second
)

// recover reverts, then asks until the gateway serves again.
func (k *bracket) recover(ctx context.Context, cancelled bool) error {
	if err := k.bay.revert(ctx); err != nil {
		return fmt.Errorf("reverting: %w", err)
	}
	k.evidence.Load = k.bay.load
	if cancelled {
		return nil
	}
	return k.untilServed(ctx)
}

// grudge is how long a gateway may hold a failure against an upstream before it is
// called lost: NGINX's default of fail_timeout is 10 s, counted in whole seconds that
// have to be exceeded.
const grudge = 12 * time.Second

// forgiven waits until the gateway holds no failure against an upstream any more.
func (b *Bay) forgiven(ctx context.Context) error {
	if b.Policy.Retry.Servers < 2 {
		return nil
	}
	return b.lab.pause(ctx, b.Policy.Retry.Grudge+2*wholeSecond)
}

// between is the shortest pause between a prober's requests, so that asking is not a load.
const between = 20 * time.Millisecond

func (k *bracket) untilServed(ctx context.Context) error {
	r := &k.evidence.Recovery
	most := max(grudge, k.bay.Policy.Retry.Grudge+2*time.Second)
	row := 0                   // of healthy answers
	began := time.Duration(-1) // on the lab's clock
	for passed := time.Duration(0); passed < most; {
		if err := k.bay.lab.keepGateway(ctx); err != nil {
			return fmt.Errorf("starting the gateway again: %w", err)
		}
		x, err := k.bay.ask(ctx, k.bay.prober(), k.traffic)
		if err != nil {
			return fmt.Errorf("recovery: %w", err)
		}
		if began < 0 {
			began = x.Began
		}
		passed = x.Began + x.Ended - began
		if r.Asked == 0 {
			r.Asked = x.Began - k.evidence.Exchange.Began - k.evidence.Exchange.Ended
		}
		saw, ok := k.bay.healthy(x)
		if ok {
			k.bay.lab.well.add(spanOf(x))
			if r.After == 0 {
				r.After = passed
			}
			if row++; row == k.bay.Site.World.Hosts() { // each of them may have been asked
				r.Recovered = true
				return nil
			}
			continue
		}
		r.Failed, r.Last, r.After, row = r.Failed+1, saw, 0, 0
		if r.Failed == 1 {
			if err := k.remedyAfterRepair(ctx); err != nil {
				return err
			}
		}
		if k.hasty {
			r.Unknown = true
			return nil
		}
		r.Pace = max(between, passed/50) // near enough, and asking is no load
		if err := k.bay.lab.pause(ctx, r.Pace); err != nil {
			return err
		}
	}
	return nil
}
