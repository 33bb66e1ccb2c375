package harness

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

// A cell that comes out otherwise by the machine's clock is in doubt, with both records.
func TestTheMachinesClockConfirms(t *testing.T) {
	for name, c := range map[string]struct {
		differ bool
		want   Verdict
	}{
		"alike":     {false, Pass},
		"otherwise": {true, Inconclusive},
	} {
		t.Run(name, func(t *testing.T) {
			inMemory(t, func(t *testing.T, p *play) {
				p.answer = func(visitor, broken bool) agent.Exchange { return answer(broken && (p.labs == 1 || !c.differ)) }
				var said []string
				sum, err := Run(t.Context(), Plan{
					Runtime: p, Gateway: p, Scenarios: []Scenario{kills("a/b")}, Clock: VirtualClock, Confirm: ConfirmAll,
					Say: func(s string) { said = append(said, s) },
				})
				if err != nil || len(sum.Cells) != 1 || p.labs != 2 {
					t.Fatalf("%+v in %d labs, %v", sum.Cells, p.labs, err)
				}
				cell := sum.Cells[0]
				if cell.Verdict != c.want || cell.Clock != VirtualClock || cell.Real == nil || cell.Real.Clock != RealClock {
					t.Errorf("%v by the %s clock, and %+v: %s", cell.Verdict, cell.Clock, cell.Real, cell.Reason)
				}
				if c.differ && !strings.Contains(cell.Reason, "pass, 502 answered after 1 attempts by the virtual one, fail, 200 answered") {
					t.Errorf("the reason is %q", cell.Reason)
				}
				if len(said) != 2 || !strings.Contains(said[0], "1 cell would wait up to") || !strings.Contains(said[1], "1 cell played by the machine's clock too") {
					t.Errorf("it says %q", said)
				}
			})
		})
	}
}

// A sample leaves out what takes long or is in doubt, and is the same for the same seed.
func TestASampleIsOfWhatIsSoonOver(t *testing.T) {
	r := &run{plan: &Plan{Confirm: ConfirmSample, Seed: 7}, cells: map[string]Cell{}}
	r.timing.wanted, r.timing.kernel = map[string]bool{}, map[string]string{}
	var all []Scenario
	for i := range 3 * confirmSample {
		s := Scenario{ID: string(rune('a' + i))}
		all = append(all, s)
		r.timing.wanted[s.ID] = true
		c := Cell{ID: s.ID, Seconds: 2}
		switch i % 8 {
		case 0:
			c.Seconds = 4
		case 1:
			c.Recovery = 2
		case 2:
			r.timing.kernel[s.ID] = "the scheduler"
		case 3:
			c.Verdict = Inconclusive
		}
		r.cells[s.ID] = c
	}
	var whole []string
	for seed := range uint64(3) {
		r.plan.Seed = seed
		r.sampled = r.sample(all)
		if again := r.sample(all); !maps.Equal(again, r.sampled) || len(again) != confirmSample {
			t.Errorf("with seed %d it is %v, and then %v", seed, r.sampled, again)
		}
		whole = append(whole, fmt.Sprint(r.sampled))
		for _, s := range r.toConfirm(all) {
			if c := r.cells[s.ID]; !r.sampled[s.ID] || c.Seconds+c.Recovery > confirmWithin || c.Verdict != Pass || r.timing.kernel[s.ID] != "" {
				t.Errorf("with seed %d %+v is among them", seed, c)
			}
		}
	}
	if whole[0] == whole[1] && whole[1] == whole[2] {
		t.Error("every seed chooses the same")
	}
	r.plan.Confirm = ConfirmAll
	if r.sampled = r.sample(all); len(r.toConfirm(all)) != len(all)*6/8 {
		t.Errorf("all are %d", len(r.toConfirm(all)))
	}
	r.plan.Confirm = ConfirmNone
	if r.sampled = r.sample(all); len(r.toConfirm(all)) != 0 {
		t.Error("some are confirmed unasked")
	}
}

// AutoClock is virtual where a gateway would wait for long, and nowhere else.
func TestTheClockIsChosenByWhatAGatewayWouldWait(t *testing.T) {
	for read, want := range map[time.Duration]Clock{5 * time.Second: RealClock, 5*time.Second + 1: VirtualClock} {
		r := &run{plan: &Plan{Runtime: newPlay(), Gateway: waiting{newPlay(), read}, Scenarios: []Scenario{kills("a/b")}, Clock: AutoClock}}
		if err := r.clocks(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, why := r.clock(r.plan.Scenarios[0]); got != want || why != "" {
			t.Errorf("%v: %s, %q", read, got, why)
		}
	}
}

// waiting is a gateway that waits for so long.
type waiting struct {
	*play
	read time.Duration
}

func (w waiting) Policy(Boot, Site) (Policy, error) { return Policy{Read: Setting{Value: w.read}}, nil }
