package harness

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

// While breaks the bay with a fault, lets its visitor ask, and heals the bay again. The
// error says what kept it from being a fair test: no healthy baseline, or no proof that
// the fault was delivered. What the gateway did about it is in the evidence. A bay is broken in one
// way at a time: While waits for its turn.
func (b *Bay) While(ctx context.Context, f Fault) (*Evidence, error) {
	if f.Inject == nil {
		return nil, &Problem{Blame: Usage, What: "a fault that injects nothing"}
	}
	k := bracket{bay: b, fault: f}
	if err := k.play(ctx); err != nil {
		return nil, err
	}
	_, err := k.receipt()
	return &k.evidence, err
}

// Spent is where the time of a cell went, in seconds.
type Spent struct {
	Baseline float64 `json:"baseline"`
	Inject   float64 `json:"inject"`
	Wait     float64 `json:"wait"`
	Revert   float64 `json:"revert"` // and recovery
}

// Total is all of it.
func (s Spent) Total() float64 { return s.Baseline + s.Inject + s.Wait + s.Revert }

// bracket is a fault between two proofs of health. It is the only control flow there
// is around a fault.
type bracket struct {
	bay     *Bay
	fault   Fault
	traffic Traffic
	sham    bool // nothing is injected

	evidence Evidence
	proofs   []Proof
	spent    Spent
	logged   int   // lines of the gateway's log that are older than the fault
	starts   int32 // of the gateway, before it
}

// play takes the baseline, injects and confirms, observes, reverts whatever happened,
// and waits for recovery. The error is the lab's: nothing in it blames the gateway.
func (k *bracket) play(ctx context.Context) error {
	k.bay.broken.Lock()
	defer k.bay.broken.Unlock()
	k.evidence.Host = k.bay.index
	if err := k.timed(&k.spent.Baseline, func() error { return k.baseline(ctx) }); err != nil {
		return err
	}
	err := k.underFault(ctx)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func (k *bracket) underFault(ctx context.Context) (err error) {
	defer func() {
		safe, cancel := context.WithTimeout(context.WithoutCancel(ctx), recoverWithin)
		if ctx.Err() != nil { // the lab is about to be destroyed: revert, no more
			cancel()
			safe, cancel = context.WithTimeout(context.WithoutCancel(ctx), revertWithin)
		}
		defer cancel()
		err = errors.Join(err, k.timed(&k.spent.Revert, func() error { return k.recover(safe, ctx.Err() != nil) }))
		k.readLog(safe)
	}()
	if err := k.timed(&k.spent.Inject, func() error { return k.inject(ctx) }); err != nil {
		return fmt.Errorf("injecting: %w", err)
	}
	return k.timed(&k.spent.Wait, func() error { return k.observe(ctx) })
}

func (k *bracket) timed(spent *float64, do func() error) error {
	began := time.Now()
	defer func() { *spent = time.Since(began).Seconds() }()
	return do()
}

// baseline shows that the bay is healthy through the gateway before anything is broken.
func (k *bracket) baseline(ctx context.Context) error {
	x, err := k.bay.ask(ctx, agent.Prober(k.bay.index), k.traffic)
	if err != nil {
		return fmt.Errorf("baseline: %w", err)
	}
	if saw, ok := healthy(x); !ok {
		lines := k.bay.lab.Gateway.Log().Lines()
		return &Problem{
			What:   "no healthy baseline: the gateway gave " + saw,
			Hint:   "its log says why; the lab's upstream is " + k.bay.Site.Upstream + " at " + k.bay.Site.Server.String() + ", and nothing else is there",
			Detail: lines[max(0, len(lines)-5):],
		}
	}
	k.evidence.Baseline = x.Ended
	k.logged, k.starts = len(k.bay.lab.Gateway.Log().Lines()), k.bay.lab.starts.Load()
	k.evidence.Before, err = k.bay.look(ctx, x.Began)
	return err
}

// Healthy asks the gateway once, as the bay's prober, and returns nil, or what it gave
// instead of the healthy answer.
func (b *Bay) Healthy(ctx context.Context) error {
	x, err := b.ask(ctx, agent.Prober(b.index), Traffic{})
	if err != nil {
		return err
	}
	if saw, ok := healthy(x); !ok {
		return fmt.Errorf("the gateway gave %s", saw)
	}
	return nil
}

// healthy says what a prober saw, and whether that is as it should be.
func healthy(x agent.Exchange) (saw string, ok bool) {
	e := Evidence{Exchange: x, Outcome: OutcomeOf(x)}
	return e.Saw(), e.Outcome == Answered && x.Response.Status == 200
}

func (k *bracket) inject(ctx context.Context) error {
	k.bay.sham = k.sham
	if err := k.fault.Inject(ctx, k.bay); err != nil {
		return err
	}
	for _, c := range k.bay.changes {
		k.proofs = append(k.proofs, c.Delivered)
	}
	if k.bay.Site.World.Restart && !k.sham {
		return k.restart(ctx)
	}
	return nil
}

// restart starts the gateway anew. That it does not come up is no error here.
func (k *bracket) restart(ctx context.Context) error {
	gateway := k.bay.lab.Gateway
	logged := len(gateway.Log().Lines())
	if err := gateway.Stop(ctx); err != nil {
		return fmt.Errorf("stopping the gateway: %w", err)
	}
	err := k.bay.lab.startGateway(ctx)
	k.evidence.Startup = gateway.Log().Lines()[logged:]
	if err != nil && !errors.Is(err, errGatewayEnded) {
		return err
	}
	return nil
}

func (k *bracket) observe(ctx context.Context) (err error) {
	e := &k.evidence
	e.Started = k.bay.lab.gatewayRuns()
	e.Outcome = DidNotStart
	since := e.Before.At
	if e.Started {
		if e.Before, err = k.bay.look(ctx, since); err != nil {
			return err
		}
		if e.Exchange, err = k.bay.ask(ctx, agent.Visitor(k.bay.index), k.traffic); err != nil {
			return err
		}
		e.Outcome, since = OutcomeOf(e.Exchange), e.Exchange.Began
	}
	e.After, err = k.bay.look(ctx, since)
	return err
}

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
	if cancelled {
		return nil
	}
	return k.untilServed(ctx)
}

// grudge is how long a gateway may hold a failure against an upstream before it is
// called lost: NGINX's default of fail_timeout is 10 s, counted in whole seconds that
// have to be exceeded.
const grudge = 12 * time.Second

// between is the pause between a prober's requests, so that asking is not a load.
const between = 20 * time.Millisecond

func (k *bracket) untilServed(ctx context.Context) error {
	r := &k.evidence.Recovery
	for began := time.Now(); time.Since(began) < grudge; {
		if err := k.bay.lab.keepGateway(ctx); err != nil {
			return fmt.Errorf("starting the gateway again: %w", err)
		}
		x, err := k.bay.ask(ctx, agent.Prober(k.bay.index), k.traffic)
		if err != nil {
			return fmt.Errorf("recovery: %w", err)
		}
		r.After = time.Since(began)
		saw, ok := healthy(x)
		if ok {
			r.Recovered = true
			return nil
		}
		r.Failed, r.Last = r.Failed+1, saw
		select {
		case <-time.After(between):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// readLog collects what the gateway logged about the visitor. The log comes by another
// way than the answer: where something went wrong it is given a moment to arrive.
func (k *bracket) readLog(ctx context.Context) {
	if k.evidence.Outcome == "" {
		return // nobody asked
	}
	const moment = time.Second
	ctx, cancel := context.WithTimeout(ctx, moment)
	defer cancel()
	e := &k.evidence
	smooth := e.Outcome == Answered && e.Exchange.Response.Status/100 != 5
	k.bay.lab.Gateway.Log().Until(ctx, func(lines []string) bool {
		e.Log = k.about(agent.Visitor(k.bay.index).String(), lines[k.logged:])
		return smooth || len(e.Log) > 0
	})
	e.Log = append(e.Log, k.about("", e.Startup)...)
	slices.SortStableFunc(e.Log, func(a, b LogLine) int { return telling(b) - telling(a) })
}

// crashed says whether the gateway, or a process of it, ended while the fault was there.
func (k *bracket) crashed() bool {
	if k.bay.Site.World.Restart {
		return false // its end is what is looked at
	}
	lines := k.bay.lab.Gateway.Log().Lines()
	return k.bay.lab.starts.Load() != k.starts || slices.ContainsFunc(lines[min(k.logged, len(lines)):], func(line string) bool {
		l, ok := k.bay.gateway.Read(line)
		return ok && l.Crash
	})
}

// about picks the lines that tell of a client's exchange, "" for those of no client.
func (k *bracket) about(client string, lines []string) (found []LogLine) {
	for _, line := range lines {
		if l, ok := k.bay.gateway.Read(line); ok && l.Client == client {
			found = append(found, l)
		}
	}
	return found
}

// telling puts the lines that name a cause first.
func telling(l LogLine) int {
	if l.ErrorType != "" {
		return 1
	}
	return 0
}

// receipt asks every change for its proof.
func (k *bracket) receipt() (string, error) {
	var said []string
	for _, proof := range k.proofs {
		s, err := proof(&k.evidence)
		if err != nil {
			return "", fmt.Errorf("the fault was not proven delivered: %w", err)
		}
		said = append(said, s)
	}
	return strings.Join(said, "; "), nil
}
