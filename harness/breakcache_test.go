package harness

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

// cached is a lab in memory with a cache in front, which says to the visitor what it has.
func cached(t *testing.T, test func(t *testing.T, p *play, b *Bay)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := newPlay()
		p.running = make(chan struct{})
		p.answer = func(bool, bool) agent.Exchange { return answer(false) }
		open, err := Open(t.Context(), p, p, Plot{Name: "a/b", World: World{Process: true}})
		if err != nil {
			t.Fatal(err)
		}
		defer open.Close()
		b := open.Bays[0]
		b.Policy.Kept = []Setting{{Value: 3 * time.Second}, {Value: time.Second}}
		test(t, p, b)
	})
}

// What the visitor does not meet is proven by a stranger who does, and by nobody else.
func TestAStrangerProvesWhatACacheHides(t *testing.T) {
	for name, c := range map[string]struct {
		met  bool
		want string
	}{
		"met":     {true, "its host answered 1 SYN with RST"},
		"not met": {false, "the upstream's host sent no reset"},
	} {
		t.Run(name, func(t *testing.T) {
			cached(t, func(t *testing.T, p *play, b *Bay) {
				p.answer = func(fromVisitor, broken bool) agent.Exchange {
					if broken && !fromVisitor && c.met { // the lab counts those of visitors itself
						p.resets[0]++
					}
					return answer(false)
				}
				k := bracket{bay: b, fault: Fault{Inject: func(ctx context.Context, b *Bay) error {
					if err := b.Kill(ctx); err != nil {
						return err
					}
					return b.Witness(ctx)
				}}}
				if err := k.play(t.Context()); err != nil {
					t.Fatal(err)
				}
				said, err := k.receipt()
				if err != nil {
					said = err.Error()
				}
				if c.met != (err == nil) || !strings.Contains(said, c.want) {
					t.Errorf("the receipt says %q, want ...%s...", said, c.want)
				}
			})
		})
	}
}

// A second more than the longest that is kept, since caches count in whole ones.
func TestOutliveWaitsUntilNothingIsFresh(t *testing.T) {
	cached(t, func(t *testing.T, _ *play, b *Bay) {
		if err := b.Healthy(t.Context()); err != nil {
			t.Fatal(err)
		}
		asked := time.Now()
		time.Sleep(time.Second)
		if err := b.Outlive(t.Context()); err != nil || time.Since(asked) != 4*time.Second {
			t.Errorf("it waited until %v after the answer, %v", time.Since(asked), err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := b.Healthy(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := b.Outlive(ctx); err == nil {
			t.Error("it waits though nobody does")
		}
	})
}

// A cache that goes on saying the old error is told from an upstream that is not back yet.
func TestWhatHelpsAfterTheRepair(t *testing.T) {
	for name, c := range map[string]struct {
		want   Remedy
		passed bool // asking past the cache is answered by the upstream
		keeps  bool // the policy knows of a cache
	}{
		"a cache":                    {ClearAfterRepair, true, true},
		"no cache that anyone knows": {Repair, true, false},
		"an upstream that is late":   {Repair, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			cached(t, func(t *testing.T, p *play, b *Bay) {
				if !c.keeps {
					b.Policy.Kept = nil
				}
				var failed time.Time // when the error was kept
				p.respond = func(a agent.Ask, broken bool) agent.Exchange {
					past := strings.Contains(string(a.Request), "no-cache")
					if broken && failed.IsZero() {
						failed = time.Now()
					}
					kept := !failed.IsZero() && time.Since(failed) < 3*time.Second // longer than the log is waited for
					return answer(broken || kept && !(past && c.passed))
				}
				k := bracket{bay: b, fault: Fault{Inject: func(ctx context.Context, b *Bay) error { return b.Kill(ctx) }}}
				if err := k.play(t.Context()); err != nil {
					t.Fatal(err)
				}
				if e := k.evidence; e.Helps != c.want || !e.Recovery.Recovered || e.Recovery.Failed == 0 {
					t.Errorf("%q helps, want %q; %+v", e.Helps, c.want, e.Recovery)
				}
			})
		})
	}
}
