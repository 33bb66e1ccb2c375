package harness

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

func turnsOf(n int) *turns { return &turns{places: make(chan struct{}, n)} }

func TestTurnsAreTakenByAFewAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := turnsOf(2)
		var working, most atomic.Int32
		for range 6 {
			go turns.take(t.Context(), func() error {
				most.Store(max(most.Load(), working.Add(1)))
				defer working.Add(-1)
				time.Sleep(shortMoment / 2)
				return nil
			})
		}
		synctest.Wait()
		time.Sleep(2 * shortMoment)
		if got := most.Load(); got != 2 {
			t.Errorf("%d worked at once, want 2", got)
		}
	})
}

// Who waits makes room: what takes longer than a moment is waiting.
func TestWhoWaitsMakesRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := turnsOf(1)
		began := time.Now()
		go turns.take(t.Context(), func() error { time.Sleep(time.Hour); return nil })
		synctest.Wait()
		if err := turns.take(t.Context(), func() error { return nil }); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(began); waited != shortMoment {
			t.Errorf("the next waited for %v, want %v", waited, shortMoment)
		}
		time.Sleep(2 * time.Hour)
		if len(turns.places) != 0 {
			t.Errorf("%d turns are still taken", len(turns.places))
		}
	})
}

// On a slow machine it takes longer to tell who waits from who works.
func TestAMomentIsAsLongAsTheMachineIsSlow(t *testing.T) {
	for want, took := range map[time.Duration][]time.Duration{
		shortMoment:           {time.Millisecond, 3 * time.Millisecond},
		80 * time.Millisecond: {10 * time.Millisecond, 70 * time.Millisecond},
		longMoment:            {time.Hour},
	} {
		turns := turnsOf(1)
		for _, d := range took {
			turns.saw(d)
		}
		if got := turns.moment(); got != want {
			t.Errorf("healthy exchanges of %v make a moment of %v, want %v", took, got, want)
		}
	}
}

func TestATurnIsNotWaitedForInVain(t *testing.T) {
	turns := turnsOf(1)
	turns.places <- struct{}{}
	stop := errors.New("stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stop)
	if err := turns.take(ctx, func() error { t.Error("it was done all the same"); return nil }); !errors.Is(err, stop) {
		t.Errorf("it says %v", err)
	}
}

// A gateway that has much to do is late for all. What others took counts where they were late at
// the same time, and nowhere else.
func TestOthersTellHowBusyTheGatewayWas(t *testing.T) {
	const s = time.Second
	e := Evidence{Exchange: agent.Exchange{Began: 10 * s, Ended: 3 * s}} // it was expected to end at 12 s
	for name, c := range map[string]struct {
		span Span
		want time.Duration
	}{
		"while it was late":           {Span{12*s + s/2, 12*s + s*3/4}, s / 4},
		"from before until then":      {Span{11 * s, 12*s + s/2}, s + s/2},
		"before it was late":          {Span{10 * s, 11 * s}, 0},
		"after it had ended":          {Span{14 * s, 15 * s}, 0},
		"across all of the lateness":  {Span{11 * s, 15 * s}, 4 * s},
		"just as it should have been": {Span{11 * s, 12 * s}, s},
	} {
		e.Well = []Span{c.span}
		if got := e.queued(2 * s); got != c.want {
			t.Errorf("%s: others took %v, want %v", name, got, c.want)
		}
	}
}
