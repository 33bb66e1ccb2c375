//go:build linux

package server

import (
	"slices"
	"sync"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/clock"
)

// maxEvents bounds the history of a lab. The oldest go first: what is asked for is
// the last exchange.
const maxEvents = 50_000

// history is what happened, in the order in which it was told.
type history struct {
	clock  clock.Clock
	mu     sync.Mutex
	events []agent.Event
}

func (h *history) tell(e agent.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	e.At = h.clock.Now()
	if len(h.events) >= maxEvents {
		h.events = slices.Delete(h.events, 0, maxEvents/10)
	}
	h.events = append(h.events, e)
}

// since returns the events from t on that the test accepts.
func (h *history) since(t time.Duration, test func(agent.Event) bool) (found []agent.Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	from, _ := slices.BinarySearchFunc(h.events, t, func(e agent.Event, t time.Duration) int { return int(e.At - t) })
	for _, e := range h.events[from:] {
		if test(e) {
			found = append(found, e)
		}
	}
	return found
}

// noise watches how late timers fire: what the machine adds to every time that is
// measured on it.
type noise struct {
	clock clock.Clock
	mu    sync.Mutex
	late  []lateness // a ring
	next  int
}

type lateness struct{ at, by time.Duration }

const (
	noiseEvery = 20 * time.Millisecond
	noiseKept  = 2 * time.Minute
)

func newNoise(c clock.Clock) *noise {
	return &noise{clock: c, late: make([]lateness, noiseKept/noiseEvery)}
}

func (n *noise) watch() {
	for {
		began := time.Now()
		time.Sleep(noiseEvery) // the lateness of this very timer is what is measured
		by := time.Since(began) - noiseEvery
		n.mu.Lock()
		n.late[n.next%len(n.late)] = lateness{n.clock.Now(), by}
		n.next++
		n.mu.Unlock()
	}
}

// worst is the worst lateness since t.
func (n *noise) worst(t time.Duration) (worst time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, l := range n.late {
		if l.at >= t && l.by > worst {
			worst = l.by
		}
	}
	return worst
}
