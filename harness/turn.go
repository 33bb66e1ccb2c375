package harness

import (
	"context"
	"runtime"
	"sync"
	"time"
)

// turns bounds how many cells work at one moment. Cells that wait cost nothing, but those that
// begin all at once would wait for each other in the queues of one gateway and one agent, and
// each would take that for the time of its own exchange.
type turns struct {
	places chan struct{}

	mu      sync.Mutex
	healthy time.Duration // what the healthy exchanges took that were seen, all together
	seen    int
}

// newTurns is for one machine: with a few cells a core none of them has to wait long for the
// others, and no core for any of them.
func newTurns() *turns { return &turns{places: make(chan struct{}, 4*runtime.NumCPU())} }

// A moment is what an exchange takes that waits for nothing, generously: one that goes on for
// longer is waiting. How long that is on this machine the healthy exchanges tell.
const (
	shortMoment = 30 * time.Millisecond
	longMoment  = 4 * shortMoment
)

func (t *turns) moment() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen == 0 {
		return shortMoment
	}
	return min(max(2*t.healthy/time.Duration(t.seen), shortMoment), longMoment)
}

// saw takes in what a healthy exchange took.
func (t *turns) saw(took time.Duration) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.healthy += took
	t.seen++
}

// take does something in its turn, which ends with it, or after a moment.
func (t *turns) take(ctx context.Context, do func() error) error {
	if t == nil {
		return do()
	}
	select {
	case t.places <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	end := time.AfterFunc(t.moment(), func() { <-t.places })
	defer func() {
		if end.Stop() {
			<-t.places
		}
	}()
	return do()
}
