package clock_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/badgateway/badgateway/harness/clock"
)

// party waits for one time.
type party struct {
	at  time.Duration
	was []time.Duration // when it was woken
}

func (p *party) Next() (clock.Moment, bool) { return clock.Moment{Time: p.at}, p.at > 0 }
func (p *party) Wake(now clock.Moment)      { p.was = append(p.was, now.Time) }

func TestAVirtualClockStandsStillUntilItJumps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := clock.NewVirtual()
		if at, ok := v.Next(); ok {
			t.Fatalf("somebody waits for %v", at)
		}
		var woken []time.Duration
		for _, d := range []time.Duration{3 * time.Hour, time.Hour, 2 * time.Hour} {
			go func() {
				if err := v.Sleep(t.Context(), d); err != nil {
					t.Error(err)
				}
				woken = append(woken, v.Moment().Time)
			}()
		}
		p := &party{at: 90 * time.Minute}
		v.Join(p)
		for _, want := range []time.Duration{time.Hour, 90 * time.Minute, 2 * time.Hour, 3 * time.Hour} {
			time.Sleep(24 * time.Hour)
			synctest.Wait()
			if got := v.Now(); got >= want {
				t.Fatalf("it is %v already, and nobody jumped", got)
			}
			at, ok := v.Next()
			if at.Time != want || !ok {
				t.Fatalf("next is %v, %v; want %v", at, ok, want)
			}
			if v.Jump(at); at.Time == p.at {
				p.at = 0
			}
		}
		synctest.Wait()
		if !slices.Equal(woken, []time.Duration{time.Hour, 2 * time.Hour, 3 * time.Hour}) {
			t.Errorf("sleepers woke at %v", woken)
		}
		if v.Jump(clock.Moment{Time: time.Hour}); v.Now() < 3*time.Hour {
			t.Errorf("the clock went back to %v", v.Now())
		}
		v.Part(p)
		if v.Jump(clock.Moment{Time: 4 * time.Hour}); len(p.was) != 5 || p.was[4] >= 4*time.Hour {
			t.Errorf("the party was woken at %v", p.was)
		}
		if one, other := v.Now(), v.Now(); one >= other || other > 4*time.Hour+time.Microsecond {
			t.Errorf("it is %v, and later %v", one, other)
		}
	})
}

func TestASleepEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := clock.NewVirtual()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := v.Sleep(ctx, time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("it ended with %v", err)
		}
		if at, ok := v.Next(); ok {
			t.Errorf("it still waits for %v", at)
		}
		if err := v.Sleep(ctx, 0); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a sleep of nothing ends with %v", err)
		}
		if err := v.Sleep(t.Context(), -1); err != nil {
			t.Errorf("a sleep until before ends with %v", err)
		}
	})
}

// Of two who wait as long, the one who began first goes on first.
func TestWhoBeganFirstGoesOnFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := clock.NewVirtual()
		first, second := make(chan struct{}), make(chan struct{})
		for _, awake := range []chan struct{}{first, second} {
			go func() { defer close(awake); v.Sleep(t.Context(), time.Second) }()
			synctest.Wait()
		}
		at, _ := v.Next()
		v.Jump(at)
		<-first
		select {
		case <-second:
			t.Error("both are awake")
		default:
		}
		at, _ = v.Next()
		v.Jump(at)
		<-second
		if m := v.Moment(); m.Time != time.Second {
			t.Errorf("it is %v", m)
		}
	})
}
