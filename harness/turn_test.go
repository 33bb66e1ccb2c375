package harness

import (
	"context"
	"errors"
	"maps"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

func turnsOf(n int) *Turns { return &Turns{free: n} }

func TestTurnsAreTakenByAFewAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := turnsOf(2)
		var working, most atomic.Int32
		for range 6 {
			go turns.take(t.Context(), ofCell, 0, func() error {
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
		go turns.take(t.Context(), ofCell, 0, func() error { time.Sleep(time.Hour); return nil })
		synctest.Wait()
		if err := turns.take(t.Context(), ofCell, 0, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(began); waited != shortMoment {
			t.Errorf("the next waited for %v, want %v", waited, shortMoment)
		}
		time.Sleep(2 * time.Hour)
		if turns.free != 1 {
			t.Errorf("%d turns are free", turns.free)
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

// Whoever will wait for longest goes first, and of those alike who came first.
func TestWhoWillWaitForLongestGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := turnsOf(1)
		go turns.take(t.Context(), ofCell, 0, func() error { time.Sleep(shortMoment / 2); return nil })
		synctest.Wait()
		var order string
		for i, after := range []time.Duration{0, time.Second, 2 * time.Second, time.Second, 0} {
			go turns.take(t.Context(), ofCell, after, func() error { order += string(rune('a' + i)); return nil })
			synctest.Wait()
		}
		time.Sleep(shortMoment)
		if order != "cbdae" {
			t.Errorf("they went in the order %q", order)
		}
	})
}

// A lab that is opened takes the room of several cells for as long as that lasts, and no cell that
// will wait for less goes before it.
func TestALabTakesTheRoomOfSeveralCells(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns, began := turnsOf(ofLab), time.Now()
		at := map[string]time.Duration{}
		note := func(name string, lasts time.Duration) func() error {
			return func() error { at[name] = time.Since(began); time.Sleep(lasts); return nil }
		}
		go turns.take(t.Context(), ofCell, 0, note("cell", shortMoment/2))
		synctest.Wait()
		go turns.take(t.Context(), ofLab, time.Second, note("lab", time.Hour))
		synctest.Wait()
		go turns.take(t.Context(), ofCell, 0, note("late", 0))
		time.Sleep(2 * time.Hour)
		want := map[string]time.Duration{"cell": 0, "lab": shortMoment / 2, "late": shortMoment/2 + time.Hour}
		if !maps.Equal(at, want) || turns.free != ofLab {
			t.Errorf("they began after %v, want %v; %d places are free", at, want, turns.free)
		}
	})
}

// A turn that is no longer wanted is nobody's, whether it had been granted or not.
func TestATurnIsNotWaitedForInVain(t *testing.T) {
	turns := turnsOf(0)
	stop := errors.New("stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stop)
	if err := turns.take(ctx, ofCell, 0, func() error { t.Error("it was done all the same"); return nil }); !errors.Is(err, stop) {
		t.Errorf("it says %v", err)
	}
	if turns.leave(ofCell); turns.free != 1 || turns.queue.Len() != 0 {
		t.Errorf("%d are free, and %d wait", turns.free, turns.queue.Len())
	}
	given := 0 // of those that were granted at once: which of the two was first is left to chance
	for range 100 {
		if turns.take(ctx, ofCell, 0, func() error { return nil }) != nil {
			given++
		}
		if turns.free != 1 || turns.queue.Len() != 0 {
			t.Fatalf("after one that was granted %d are free, and %d wait", turns.free, turns.queue.Len())
		}
	}
	if given == 0 {
		t.Error("none of the turns that were granted was given back")
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
