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
	turns   *Turns
	waits   time.Duration // as is expected, when its turn is over
	sham    bool          // nothing is injected
	insist  bool          // the visitor asks again where the fault was not met
	hasty   bool          // recovery is not waited for
	logs    bool          // something of it is to be logged, whatever the answer

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
	return k.bay.lab.playing(ctx, func() error { return k.plays(ctx) })
}

func (k *bracket) plays(ctx context.Context) error {
	k.evidence.Hosts, k.evidence.Spared = k.bay.indices(), k.bay.Site.World.Spared
	err := k.turns.take(ctx, ofCell, k.waits, func() error {
		return k.timed(&k.spent.Baseline, func() error { return k.baseline(ctx) })
	})
	if err != nil {
		return err
	}
	err = k.underFault(ctx)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func (k *bracket) underFault(ctx context.Context) (err error) {
	defer func() {
		safe, cancel := context.WithTimeout(context.WithoutCancel(ctx), recoverWithin+k.bay.Policy.Retry.Grudge)
		if ctx.Err() != nil { // the lab is about to be destroyed: revert, no more
			cancel()
			safe, cancel = context.WithTimeout(context.WithoutCancel(ctx), revertWithin)
		}
		defer cancel()
		err = errors.Join(err, k.timed(&k.spent.Revert, func() error { return k.recover(safe, ctx.Err() != nil) }))
		k.evidence.Well = k.bay.lab.well.since(k.evidence.Exchange.Began)
	}()
	// In one turn: what was injected may last no longer than it takes the visitor to meet it.
	return k.turns.take(ctx, ofCell, k.waits, func() error {
		if err := k.timed(&k.spent.Inject, func() error { return k.inject(ctx) }); err != nil {
			return fmt.Errorf("injecting: %w", err)
		}
		return k.timed(&k.spent.Wait, func() error { return k.observe(ctx) })
	})
}

func (k *bracket) timed(spent *float64, do func() error) error {
	began := time.Now()
	defer func() { *spent = time.Since(began).Seconds() }()
	return do()
}

// baseline shows that the bay is healthy through the gateway before anything is broken.
func (k *bracket) baseline(ctx context.Context) error {
	x, err := k.bay.ask(ctx, k.bay.prober(), k.traffic.before())
	if err != nil {
		return fmt.Errorf("baseline: %w", err)
	}
	if saw, ok := k.bay.healthy(x); !ok {
		lines := k.bay.lab.Gateway.Log().Lines()
		return &Problem{
			What:   "no healthy baseline: the gateway gave " + saw,
			Hint:   "its log says why; the lab's upstream is " + k.bay.Site.Upstream + " at " + k.bay.Site.Server.String() + ", and nothing else is there",
			Detail: lines[max(0, len(lines)-5):],
		}
	}
	k.bay.lab.well.add(spanOf(x))
	k.turns.saw(x.Ended)
	k.evidence.Baseline, k.evidence.Healthy = x.Ended, x.Response
	k.logged, k.starts = len(k.bay.lab.Gateway.Log().Lines()), k.bay.lab.starts.Load()
	if k.evidence.Before, err = k.bay.look(ctx, x.Began); err != nil {
		return err
	}
	return k.throughUpstream()
}

// throughUpstream says whether the healthy answer came from the upstream that is to be broken.
// (Of several that are to be covered for by others any may have been asked.)
func (k *bracket) throughUpstream() error {
	if k.bay.Site.Route == nil || k.insist || slices.ContainsFunc(k.evidence.Before.Events, func(ev agent.Event) bool {
		return ev.Kind == agent.Request && k.evidence.fromGateway(ev)
	}) {
		return nil
	}
	return &Problem{What: "no healthy baseline: the answer did not come from the upstream that is to be broken", Hint: "a cache may have given it"}
}

// Healthy asks the gateway once, as the bay's prober, and returns nil, or what it gave
// instead of the healthy answer.
func (b *Bay) Healthy(ctx context.Context) error {
	x, err := b.ask(ctx, b.prober(), Traffic{})
	if err != nil {
		return err
	}
	if saw, ok := b.healthy(x); !ok {
		return fmt.Errorf("the gateway gave %s", saw)
	}
	return nil
}

// healthy says what a prober saw, and whether that is as it should be.
func (b *Bay) healthy(x agent.Exchange) (saw string, ok bool) {
	e := Evidence{Exchange: x, Outcome: OutcomeOf(x)}
	return e.Saw(), e.Outcome == Answered && x.Response.Status == b.Site.healthy()
}

func (k *bracket) inject(ctx context.Context) error {
	k.bay.sham, k.bay.load = k.sham, nil
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
	for range k.mostAsks() {
		if err := k.observeOnce(ctx); err != nil {
			return err
		}
		if _, err := k.receipt(); err == nil {
			break
		}
	}
	k.readLog(ctx) // before the visitor asks again
	return k.remedy(ctx)
}

// mostAsks is how often the visitor asks at most. A gateway with several servers asks each in
// its turn, each of its workers for itself.
func (k *bracket) mostAsks() int {
	if k.insist {
		return max(16, 4*k.bay.Policy.Retry.Servers)
	}
	return 1
}

func (k *bracket) observeOnce(ctx context.Context) (err error) {
	e := &k.evidence
	e.Started = k.bay.lab.gatewayRuns()
	e.Outcome = DidNotStart
	since := e.Before.At
	if e.Started {
		if e.Before, err = k.bay.look(ctx, since); err != nil {
			return err
		}
		if e.Exchange, err = k.bay.ask(ctx, k.bay.visitor(), k.bay.visiting(k.traffic)); err != nil {
			return err
		}
		e.Outcome, since = OutcomeOf(e.Exchange), e.Exchange.Began
		if !k.sham && k.bay.repaired(k.fault, e) {
			e.Outcome = Repaired
		}
	}
	if err := k.lookAfter(ctx, since); err != nil {
		return err
	}
	return k.farewell(ctx, since)
}

// lookAfter takes in what became of the exchange. What a program says comes by another way than
// the answer: it is given a moment to arrive.
func (k *bracket) lookAfter(ctx context.Context, since time.Duration) (err error) {
	const moment = time.Second
	for began := time.Now(); ; {
		if k.evidence.After, err = k.bay.look(ctx, since); err != nil {
			return err
		}
		if !k.bay.isApplication() {
			return nil
		}
		k.readLog(ctx) // which is a part of some proofs
		if _, missing := k.receipt(); missing == nil || time.Since(began) > moment {
			return nil
		}
		if err := k.bay.lab.pause(ctx, between); err != nil {
			return err
		}
	}
}

// receipt asks every change for its proof.
func (k *bracket) receipt() (string, error) {
	var said []string
	for _, proof := range k.proofs {
		s, err := k.evidence.proves(proof)
		if err != nil {
			return "", fmt.Errorf("the fault was not proven delivered: %w", err)
		}
		if s != "" {
			said = append(said, s)
		}
	}
	return strings.Join(said, "; "), nil
}
