package harness

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/badgateway/badgateway/harness/agent"
)

func TestNeedsHaveNames(t *testing.T) {
	for n, want := range map[Needs]string{
		0: "", LimitedMemory: "limited memory", Bandwidth: "bandwidth", Latency: "latency",
		LimitedMemory | Latency: "limited memory, latency", LimitedMemory | Bandwidth | Latency: "limited memory, bandwidth, latency",
	} {
		if got := n.String(); got != want {
			t.Errorf("%d is called %q, want %q", n, got, want)
		}
	}
	if n := Latency | Bandwidth; !n.Has(Latency) || !n.Has(Bandwidth) || n.Has(LimitedMemory) || Needs(0).Has(Latency) {
		t.Error("needs are mistaken for each other")
	}
}

// asked is a runtime that notes what it is asked about.
type asked struct {
	Runtime
	about []Needs
	stop  func()
}

var errNoWire = &Problem{Lack: true, What: "no wire"}

func (a *asked) Supports(_ context.Context, n Needs) error {
	a.about = append(a.about, n)
	if a.stop != nil {
		a.stop()
	}
	if n.Has(Latency) {
		return errNoWire
	}
	return nil
}

// What a runtime's labs cannot have is unsupported, with the runtime's reason, and known
// before a lab is opened. The runtime is asked once for all needs that are alike.
func TestARuntimeIsAskedWhatItsLabsCanHave(t *testing.T) {
	inMemory(t, func(t *testing.T, p *play) {
		needs := func(id string, n Needs) Scenario {
			s := kills(id)
			s.World.Needs, s.World.Alone = n, true
			return s
		}
		rt := &asked{Runtime: p}
		var cells []string
		var labs []int
		sum, err := Run(t.Context(), Plan{
			Runtime: rt, Gateway: p, Parallel: 1,
			Scenarios: []Scenario{needs("a/late", Latency), needs("a/none", 0), needs("a/narrow", Bandwidth), needs("b/late", Latency), needs("a/both", Latency|Bandwidth)},
			OnCell:    func(c Cell) { cells = append(cells, c.ID+" "+c.Verdict.String()); labs = append(labs, p.labs) },
		})
		if want := []Needs{Latency, 0, Bandwidth, Latency | Bandwidth}; err != nil || !slices.Equal(rt.about, want) {
			t.Errorf("it was asked about %v, %v; want %v", rt.about, err, want)
		}
		if want := []string{"a/late unsupported", "b/late unsupported", "a/both unsupported"}; len(cells) != 5 || !slices.Equal(cells[:3], want) || labs[2] != 0 || p.labs != 2 {
			t.Errorf("the cells are %q, in %d labs", cells, p.labs)
		}
		if c := sum.Cells[0]; c.ID != "a/late" || c.Reason != errNoWire.Error() || c.Receipt != "" || sum.Verdict() != Pass {
			t.Errorf("of an unsupported one is kept %+v", c)
		}
	})
}

// Trouble in finding out ends the run: it would otherwise look as if nothing were wrong.
func TestTroubleInAskingIsNoLack(t *testing.T) {
	inMemory(t, func(t *testing.T, p *play) {
		trouble := errors.New("the engine went away")
		sum, err := Run(t.Context(), Plan{Runtime: troubled{p, trouble}, Gateway: p, Scenarios: []Scenario{kills("a/b")}})
		if !errors.Is(err, trouble) || len(sum.Cells) != 0 || p.labs != 0 {
			t.Errorf("%v, %+v", err, sum.Cells)
		}
	})
}

type troubled struct {
	Runtime
	err error
}

func (t troubled) Supports(context.Context, Needs) error { return t.err }

func TestWhatIsLackingIsFoundByTrying(t *testing.T) {
	trouble := errors.New("nobody answers")
	for name, c := range map[string]struct {
		lacks map[string]error
		needs Needs
		want  string // the error, "" for none
		lack  bool
	}{
		"all":                   {nil, LimitedMemory | Bandwidth | Latency, "", false},
		"by netem":              {map[string]error{"tun": Tried("tun", errors.New("no"), "")}, Latency, "", false},
		"by a wire":             {map[string]error{"netem": Tried("netem", errors.New("no"), "")}, Latency, "", false},
		"no delay":              {map[string]error{"netem": Tried("netem", errors.New("no"), "a"), "tun": Tried("tun", errors.New("never"), "b")}, Latency, "a link cannot be made to delay: trying tun: never\ntrying netem: no", true},
		"no delay is needed":    {map[string]error{"netem": Tried("netem", errors.New("no"), ""), "tun": Tried("tun", errors.New("no"), "")}, Bandwidth, "", false},
		"no rate":               {map[string]error{"tbf": Tried("tbf", errors.New("no"), "c")}, Bandwidth | Latency, "a link's rate cannot be limited: trying tbf: no", true},
		"no memory":             {map[string]error{"memory": Tried("memory", errors.New("no"), "d")}, LimitedMemory, "a lab's memory cannot be limited: trying memory: no", true},
		"trouble":               {map[string]error{"netem": trouble}, Latency, "nobody answers", false},
		"an agent that is gone": {map[string]error{"tbf": Tried("tbf", agent.ErrGone, "")}, Bandwidth, agent.ErrGone.Error(), false},
	} {
		err := c.needs.Lacking(func(ability string) error { return c.lacks[ability] })
		if (err == nil) != (c.want == "") || err != nil && err.Error() != c.want || IsLack(err) != c.lack {
			t.Errorf("%s: %v, a lack: %v; want %q", name, err, IsLack(err), c.want)
		}
	}
	err := Latency.Lacking(func(ability string) error { return Tried(ability, errors.New("no"), "do something about "+ability) })
	if Hint(err) != "do something about tun" {
		t.Errorf("the hint is %q", Hint(err))
	}
}

func TestWhoIsInterruptedInAskingRecordsNothing(t *testing.T) {
	inMemory(t, func(t *testing.T, p *play) {
		ctx, cancel := context.WithCancelCause(t.Context())
		stop := errors.New("stop")
		s := kills("a/late")
		s.World.Needs = Latency
		sum, err := Run(ctx, Plan{Runtime: &asked{Runtime: p, stop: func() { cancel(stop) }}, Gateway: p, Scenarios: []Scenario{s}})
		if !errors.Is(err, stop) || len(sum.Cells) != 0 || p.labs != 0 {
			t.Errorf("%v, %+v", err, sum.Cells)
		}
	})
}

// specs is a runtime that opens nothing and keeps what it was asked for.
type specs struct {
	Runtime
	spec LabSpec
}

var errNoRoom = errors.New("no room")

func (s *specs) Open(_ context.Context, spec LabSpec) (*Lab, error) {
	s.spec = spec
	return nil, errNoRoom
}

func TestALabIsAskedForWithWhatItsPlotsNeed(t *testing.T) {
	alone := World{Alone: true}
	for name, c := range map[string]struct {
		plots  []World
		wired  []int
		memory bool
	}{
		"nothing":             {plots: []World{{}, {}}},
		"latency, of some":    {plots: []World{{}, {Needs: Latency}, {Needs: Bandwidth}, {Needs: Latency | Bandwidth}}, wired: []int{1, 3}},
		"alone":               {plots: []World{alone}},
		"memory, alone":       {plots: []World{{Alone: true, Needs: LimitedMemory}}, memory: true},
		"memory, in company":  {plots: []World{{Needs: LimitedMemory}, {}}},
		"memory, by accident": {plots: []World{{Needs: LimitedMemory}}},
	} {
		var plots []Plot
		for _, w := range c.plots {
			plots = append(plots, Plot{Name: "a/b", World: w})
		}
		rt := &specs{}
		if _, err := Open(t.Context(), rt, newPlay(), plots...); !errors.Is(err, errNoRoom) {
			t.Errorf("%s: %v", name, err)
		}
		if got := rt.spec; !slices.Equal(got.Wired, c.wired) || (got.MemoryLimit > 0) != c.memory || got.Hosts != len(plots) {
			t.Errorf("%s: asked for was %+v", name, got)
		}
	}
}
