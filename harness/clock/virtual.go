package clock

import (
	"context"
	"io"
	"slices"
	"sync"
	"time"
)

// Virtual is a clock that stands still, as good as, until it jumps, to the earliest time that somebody waits
// for. Whoever lets it jump has to know that nobody has anything left to do before that
// (discrete-event simulation).
type Virtual struct {
	mu      sync.Mutex
	now     time.Duration
	parties []Party
	asleep  sleepers

	lender  io.Writer  // to whom a borrowed clock says until when anybody waits; nil for no such clock
	telling sync.Mutex // held while that is found out and said
}

// A Party is somebody who waits by a Virtual clock in a way of its own.
type Party interface {
	// Next is the earliest time that it waits for; ok is false where it waits for none.
	Next() (at time.Duration, ok bool)
	// Wake tells it that the clock has jumped.
	Wake(now time.Duration)
}

// sleepers are Sleep's own Party.
type sleepers []*sleeper

type sleeper struct {
	at    time.Duration
	awake chan struct{}
}

// NewVirtual is a clock at 0.
func NewVirtual() *Virtual { return &Virtual{} }

// Now is the time since the clock was made. To look takes a nanosecond, so that what comes later
// is later.
func (v *Virtual) Now() time.Duration {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.now++
	return v.now
}

// Sleep waits until the clock has jumped by d, or until ctx ends.
func (v *Virtual) Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	v.mu.Lock()
	s := &sleeper{v.now + d, make(chan struct{})}
	v.asleep = append(v.asleep, s)
	v.mu.Unlock()
	v.Changed()
	select {
	case <-s.awake:
		return nil
	case <-ctx.Done():
		v.mu.Lock()
		defer v.mu.Unlock()
		v.asleep = slices.DeleteFunc(v.asleep, func(other *sleeper) bool { return other == s })
		return ctx.Err()
	}
}

// Join lets a party wait by the clock.
func (v *Virtual) Join(p Party) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.parties = append(v.parties, p)
}

// Part lets a party no longer do so.
func (v *Virtual) Part(p Party) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.parties = slices.DeleteFunc(v.parties, func(other Party) bool { return other == p })
}

// Next is the earliest time that anybody waits for; ok is false where nobody does.
func (v *Virtual) Next() (at time.Duration, ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, s := range v.asleep {
		at, ok = earlier(at, ok, s.at)
	}
	for _, p := range v.parties {
		if t, waits := p.Next(); waits {
			at, ok = earlier(at, ok, t)
		}
	}
	return at, ok
}

func earlier(at time.Duration, ok bool, other time.Duration) (time.Duration, bool) {
	if ok && at <= other {
		return at, true
	}
	return other, true
}

// Jump lets it be that time, and wakes whoever waits for it or for an earlier one. The clock
// never goes back.
func (v *Virtual) Jump(to time.Duration) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.now = max(v.now, to)
	v.asleep = slices.DeleteFunc(v.asleep, func(s *sleeper) bool {
		if s.at > v.now {
			return false
		}
		close(s.awake)
		return true
	})
	for _, p := range v.parties {
		p.Wake(v.now)
	}
}
