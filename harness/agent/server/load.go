//go:build linux

package server

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/clock"
)

// loads are those that are under way, by their bays.
type loads struct {
	mu  sync.Mutex
	now map[int]*loading
}

// loading is one of them.
type loading struct {
	clock clock.Clock
	ask   func(a agent.Ask, sent func()) (agent.Exchange, error)

	sent, ended sync.WaitGroup
	arrivals    []agent.Arrival
	errs        []error // of the agent's own, one for each request
}

// load begins a load and returns once all of its requests are sent.
func (w *world) load(ctx context.Context, l agent.Load) error {
	if len(l.Asks) == 0 || !slices.IsSorted(l.At) {
		return errors.New("a load without clients, or whose requests are in no order")
	}
	if err := w.welcome(l.Asks); err != nil {
		return fmt.Errorf("letting the crowd in: %w", err)
	}
	w.loads.mu.Lock()
	if w.loads.now[l.Bay] != nil {
		w.loads.mu.Unlock()
		return fmt.Errorf("bay %d has a load already", l.Bay)
	}
	if w.loads.now == nil {
		w.loads.now = map[int]*loading{}
	}
	own := &loading{clock: w.clock, ask: w.patient}
	w.loads.now[l.Bay] = own
	w.loads.mu.Unlock()
	own.run(ctx, l)
	own.sent.Wait()
	return nil
}

// loaded waits for the end of a bay's load.
func (w *world) loaded(bay int) ([]agent.Arrival, error) {
	w.loads.mu.Lock()
	own := w.loads.now[bay]
	delete(w.loads.now, bay)
	w.loads.mu.Unlock()
	if own == nil {
		return nil, fmt.Errorf("bay %d has no load", bay)
	}
	return own.came()
}

// run lets each request begin when its time has come. It waits for none.
func (l *loading) run(ctx context.Context, plan agent.Load) {
	l.arrivals, l.errs = make([]agent.Arrival, len(plan.At)), make([]error, len(plan.At))
	l.sent.Add(len(plan.At))
	began := l.clock.Now()
	for i, at := range plan.At {
		due := began + at
		if l.errs[i] = l.clock.Sleep(ctx, due-l.clock.Now()); l.errs[i] != nil {
			l.sent.Done()
			continue
		}
		l.ended.Go(func() { l.one(i, due, plan.Asks[i%len(plan.Asks)]) })
	}
}

func (l *loading) one(i int, due time.Duration, a agent.Ask) {
	sent := sync.OnceFunc(l.sent.Done)
	defer sent()
	arrival := agent.Arrival{Late: l.clock.Now() - due}
	arrival.Exchange, l.errs[i] = l.ask(a, sent)
	arrival.Took = l.clock.Now() - due
	arrival.Exchange.Response.Raw, arrival.Exchange.Response.Fields = nil, nil
	l.arrivals[i] = arrival
}

// came is what came of all.
func (l *loading) came() ([]agent.Arrival, error) {
	l.ended.Wait()
	return l.arrivals, errors.Join(l.errs...)
}

// clients is the network of the lab's clients (harness/agent/plan.go).
var clients = netip.PrefixFrom(agent.Front, 16).Masked()

// welcome gives the far side the addresses of a crowd. They stay: a lab is not for long.
func (w *world) welcome(asks []agent.Ask) error {
	link, err := w.far.links.LinkByName("clients")
	if err != nil {
		return err
	}
	for _, a := range asks {
		if !clients.Contains(a.From) || a.From == agent.Front {
			continue // asking says what is wrong with it
		}
		if _, known := w.owned.LoadOrStore(a.From, true); known {
			continue
		}
		own := netip.PrefixFrom(a.From, clients.Bits())
		addr, err := netlink.ParseAddr(own.String())
		if err != nil {
			return err
		}
		// It may be one that the world was built with.
		if err := w.far.links.AddrAdd(link, addr); err != nil && !errors.Is(err, unix.EEXIST) {
			return fmt.Errorf("%v: %w", a.From, err)
		}
		if err := w.acquaint("clients", []netip.Prefix{own}, nil); err != nil {
			return err
		}
	}
	return nil
}
