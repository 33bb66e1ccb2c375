package harness

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

// arrived is n requests that got that and took so long.
func arrived(n int, end agent.End, status int, took time.Duration) []agent.Arrival {
	all := make([]agent.Arrival, n)
	for i := range all {
		all[i].Took, all[i].Exchange.End = took, end
		all[i].Exchange.Response = agent.Response{Status: status, Whole: end == agent.EndComplete, Bytes: status}
	}
	return all
}

func TestALoadIsSummedUp(t *testing.T) {
	var all []agent.Arrival
	for i := range 100 { // 1 to 100 ms
		all = append(all, arrived(1, agent.EndComplete, 200, time.Duration(i+1)*time.Millisecond)...)
	}
	all = append(all, arrived(3, agent.EndComplete, 504, 2*time.Second)...)
	all = append(all, arrived(2, agent.EndFIN, 200, time.Second)...)
	all = append(all, arrived(1, agent.EndPatience, 0, time.Hour)...)
	all[7].Late = 30 * time.Millisecond
	l := loadOf(all, 212)
	if l.Requests != 106 || l.Attempts != 212 || l.Late != 0.03 || len(l.Ends) != 4 {
		t.Fatalf("the load is %+v", l)
	}
	for i, want := range []LoadEnd{
		{Answered, 200, 100, Quantiles{0.050, 0.095, 0.099, 0.100}},
		{Answered, 504, 3, Quantiles{2, 2, 2, 2}},
		{Truncated, 200, 2, Quantiles{1, 1, 1, 1}},
		{Hang, 0, 1, Quantiles{3600, 3600, 3600, 3600}},
	} {
		got := l.Ends[i]
		if got.Outcome != want.Outcome || got.Status != want.Status || got.Count != want.Count {
			t.Errorf("the end %d is %+v, want %+v", i, got, want)
		}
		for name, pair := range map[string][2]float64{
			"p50": {got.Took.P50, want.Took.P50}, "p95": {got.Took.P95, want.Took.P95}, "p99": {got.Took.P99, want.Took.P99}, "max": {got.Took.Max, want.Took.Max},
		} {
			if math.Abs(pair[0]-pair[1]) > pair[1]/1000 {
				t.Errorf("%s of %s is %v, want %v to a thousandth", name, got, pair[0], pair[1])
			}
		}
	}
	if l.Took.Max < 3599 || l.Took.P50 > 0.054 {
		t.Errorf("all took %+v", l.Took)
	}
}

func TestWhatACrowdProves(t *testing.T) {
	planned := &Load{Requests: 9, ended: 5 * time.Second}
	late := &Load{Requests: 9, Late: 0.3}
	for name, c := range map[string]struct {
		proof Proof
		e     Evidence
		says  string // "" where it proves nothing
	}{
		"a crowd":            {asPlanned, Evidence{Load: planned}, "9 requests of a crowd came as planned"},
		"none":               {asPlanned, Evidence{}, ""},
		"one that was late":  {asPlanned, Evidence{Load: late}, ""},
		"still there after":  {UnderWayStill, Evidence{Load: planned, Exchange: agent.Exchange{Began: 3 * time.Second, Ended: time.Second}}, "waited for 1s more"},
		"gone by then":       {UnderWayStill, Evidence{Load: planned, Exchange: agent.Exchange{Began: 4 * time.Second, Ended: time.Second}}, ""},
		"still there":        {UnderWay, Evidence{Load: planned, Exchange: agent.Exchange{Began: 4 * time.Second}}, "waited for 1s more"},
		"gone":               {UnderWay, Evidence{Load: planned, Exchange: agent.Exchange{Began: 6 * time.Second}}, ""},
		"nobody to be there": {UnderWay, Evidence{}, ""},
		"a queue":            {Waiting, Evidence{Before: agent.View{Hosts: []agent.HostView{{Queue: 3}}}}, "3 connections were in the upstream's accept queue"},
		"no queue":           {Waiting, Evidence{Before: agent.View{Hosts: []agent.HostView{{}}}}, ""},
	} {
		said, err := c.proof(&c.e)
		if (err == nil) != (c.says != "") || !strings.Contains(said, c.says) {
			t.Errorf("%s: %q, %v", name, said, err)
		}
	}
}

// A crowd that waits a little too long on a machine that is late is nobody's failure.
func TestACrowdsWaitMayBeTheMachines(t *testing.T) {
	p := Policy{Connect: Setting{Value: time.Second}, Read: Setting{Value: 2 * time.Second}}
	at := func(took, noise time.Duration) error {
		e := &Evidence{Load: &Load{Requests: 1, Ends: []LoadEnd{{Answered, 504, 1, Quantiles{Max: took.Seconds()}}}}}
		e.After.Late = noise
		return CrowdWaits(504, ReadTimeout).Judge(p, e)
	}
	if err := at(2100*time.Millisecond, 0); err != nil {
		t.Errorf("a tenth of a second late: %v", err)
	}
	if err := at(3*time.Second, 0); err == nil {
		t.Error("a whole second late, and it holds")
	} else if _, doubt := err.(Doubt); doubt {
		t.Errorf("a whole second late on a quiet machine is in doubt: %v", err)
	}
	if _, doubt := at(3*time.Second, time.Second).(Doubt); !doubt {
		t.Error("a whole second late on a machine that is, and it is sure")
	}
}

func TestACrowdNeedsAWorldForIt(t *testing.T) {
	b := newBay(&Lab{}, nil, 0, Site{})
	if err := b.Come(t.Context(), agent.Steady(1, 0), 1, Waiting); BlameOf(err) != Usage || err == nil {
		t.Errorf("it comes: %v", err)
	}
}
