package agent

import (
	"context"
	"math/rand/v2"
	"time"
)

// Load is requests of a crowd that begin at times of a plan, whatever has become of the
// earlier ones: an open model. Clients who wait for an answer before they ask again keep
// away from a server that is late, and so never see how late it is.
type Load struct {
	Bay  int             `json:"bay"`
	Asks []Ask           `json:"asks"` // one for each client; they take turns
	At   []time.Duration `json:"at"`   // when each request begins, from the load's beginning, the earliest first
}

// Arrival is one request of a load.
type Arrival struct {
	Late time.Duration `json:"late"` // how much later than planned it began
	// Took is from when it was to begin to its end: what it waited for because others were
	// late is part of it. Its connection is too, unlike in Exchange.
	Took     time.Duration `json:"took"`
	Exchange Exchange      `json:"exchange"` // without what a crowd is not asked for: raw bytes and fields
}

// Steady is a plan of n requests, one every so often. Zero lets all begin at once.
func Steady(n int, every time.Duration) []time.Duration {
	at := make([]time.Duration, n)
	for i := range at {
		at[i] = time.Duration(i) * every
	}
	return at
}

// Poisson is a plan of n requests that know nothing of each other, one every so often in the
// mean. The same seed gives the same plan.
func Poisson(n int, every time.Duration, seed uint64) []time.Duration {
	at, next := make([]time.Duration, n), time.Duration(0)
	draw := rand.New(rand.NewPCG(seed, seed))
	for i := range at {
		at[i] = next
		next += time.Duration(draw.ExpFloat64() * float64(every))
	}
	return at
}

// lasts is when the last request of a load begins, and for how long it may wait.
func (l Load) lasts() (begins, ends time.Duration) {
	if len(l.At) > 0 {
		begins = l.At[len(l.At)-1]
	}
	for _, a := range l.Asks {
		ends = max(ends, begins+a.Patience)
	}
	return begins, ends
}

// Load begins a load, and returns once the last of its requests is sent.
func (c *Client) Load(ctx context.Context, l Load) error {
	begins, _ := l.lasts()
	return c.patient(ctx, begins+answersWithin, "load", l, nil)
}

// Loaded waits for the end of the load of a bay and returns what came of each request, in
// the order of the plan.
func (c *Client) Loaded(ctx context.Context, l Load) (arrivals []Arrival, err error) {
	_, ends := l.lasts()
	err = c.patient(ctx, ends+answersWithin, "loaded", l.Bay, &arrivals)
	return arrivals, err
}
