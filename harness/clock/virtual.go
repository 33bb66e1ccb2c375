package clock

import (
	"cmp"
	"context"
	"io"
	"slices"
	"sync"
	"time"
)

// Virtual is a clock that stands still until it jumps, to the earliest moment that somebody waits
// for. Whoever lets it jump has to know that nobody has anything left to do before that
// (discrete-event simulation).
type Virtual struct {
	mu      sync.Mutex
	now     Moment
	parties []Party
	asleep  sleepers

	lender  io.Writer  // to whom a borrowed clock says until when anybody waits; nil for no such clock
	telling sync.Mutex // held while that is found out and said
}

// A Moment is one of a Virtual clock's. Of those at the same time one comes after the other, by turns.
type Moment struct {
	Time time.Duration // since the clock was made
	Turn int64
}

// After is so much later, and as early as m among those of that time.
func (m Moment) After(d time.Duration) Moment { return Moment{m.Time + d, m.Turn} }

// Compare is negative where m is earlier than the other, and positive where it is later.
func (m Moment) Compare(other Moment) int {
	return cmp.Or(cmp.Compare(m.Time, other.Time), cmp.Compare(m.Turn, other.Turn))
}

// A Party is somebody who waits by a Virtual clock in a way of its own.
type Party interface {
	// Next is the earliest moment that it waits for; ok is false where it waits for none.
	Next() (at Moment, ok bool)
	// Wake tells it that the clock has jumped to then.
	Wake(now Moment)
}

// sleepers are Sleep's own Party.
type sleepers []*sleeper

type sleeper struct {
	at    Moment
	awake chan struct{}
}

// NewVirtual is a clock at 0.
func NewVirtual() *Virtual { return &Virtual{} }

// Moment is the next one at the time that it is.
func (v *Virtual) Moment() Moment {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.moment()
}

func (v *Virtual) moment() Moment {
	v.now.Turn++
	return v.now
}

// Now is the time since the clock was made, and a nanosecond for each moment until then, so that
// what comes later is later. (Whoever counts milliseconds by it would once in a while count one
// too many: programs are shown a moment's time.)
func (v *Virtual) Now() time.Duration {
	m := v.Moment()
	return m.Time + time.Duration(m.Turn)
}

// Sleep waits until the clock has jumped by d, or until ctx ends.
func (v *Virtual) Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	v.mu.Lock()
	s := &sleeper{v.moment().After(d), make(chan struct{})}
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

// Next is the earliest moment that anybody waits for; ok is false where nobody does.
func (v *Virtual) Next() (at Moment, ok bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, s := range v.asleep {
		at, ok = earlier(at, ok, s.at)
	}
	for _, p := range v.parties {
		if m, waits := p.Next(); waits {
			at, ok = earlier(at, ok, m)
		}
	}
	return at, ok
}

func earlier(at Moment, ok bool, other Moment) (Moment, bool) {
	if ok && at.Compare(other) <= 0 {
		return at, true
	}
	return other, true
}

// Jump lets it be the time of that moment, and wakes whoever waits for it or for an earlier one.
// The clock never goes back.
func (v *Virtual) Jump(to Moment) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.now = Moment{max(v.now.Time, to.Time), max(v.now.Turn, to.Turn)}
	v.asleep = slices.DeleteFunc(v.asleep, func(s *sleeper) bool {
		if s.at.Compare(to) > 0 {
			return false
		}
		close(s.awake)
		return true
	})
	for _, p := range v.parties {
		p.Wake(to)
	}
}
