package harness

import (
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
				if len(said) != 2 || !strings.Contains(said[0], "1 cell would wait up to") || !strings.Contains(said[1], "1 cell played again") {
					t.Errorf("it says %q", said)
				}
			})
		})
	}
}

// A sample leaves out what takes long, and is the same for the same seed.
func TestASampleIsOfWhatIsSoonOver(t *testing.T) {
	r := &run{plan: &Plan{Confirm: ConfirmSample, Seed: 7}, cells: map[string]Cell{}}
	for i := range 3 * confirmSample {
		s := Scenario{ID: string(rune('a' + i))}
		r.plan.Scenarios = append(r.plan.Scenarios, s)
		cell := Cell{ID: s.ID, Clock: VirtualClock, Seconds: 2}
		switch i % 8 {
		case 0:
			cell.Seconds = 4
		case 1:
			cell.Recovery = 2
		case 2:
			cell.Clock = RealClock
		case 3:
			cell.Verdict = Inconclusive
		}
		r.cells[s.ID] = cell
	}
	one, other := r.toConfirm(), r.toConfirm()
	if len(one) != confirmSample || idsOf(one) != idsOf(other) {
		t.Errorf("%q, and then %q", idsOf(one), idsOf(other))
	}
	for _, s := range one {
		if c := r.cells[s.ID]; c.Seconds+c.Recovery > confirmWithin || c.Clock != VirtualClock || c.Verdict != Pass {
			t.Errorf("%+v is among them", c)
		}
	}
	if r.plan.Seed = 8; idsOf(r.toConfirm()) == idsOf(one) {
		t.Error("another seed chooses the same")
	}
	if r.plan.Confirm = ConfirmAll; len(r.toConfirm()) != 3*confirmSample*6/8 {
		t.Errorf("all are %d", len(r.toConfirm()))
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
