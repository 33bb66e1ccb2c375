package harness

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

func named(ids string) (scenarios []Scenario) {
	for _, r := range ids {
		scenarios = append(scenarios, Scenario{ID: string(r), Fault: Fault{Title: "x"}})
	}
	return scenarios
}

func idsOf(scenarios []Scenario) (ids string) {
	for _, s := range scenarios {
		ids += s.ID
	}
	return ids
}

// labsOf are the labs, the rows of each, and who follows whom in them: "ab,c d".
func labsOf(groups [][]row) string {
	var labs []string
	for _, g := range groups {
		var rows []string
		for _, w := range g {
			rows = append(rows, idsOf(w))
		}
		labs = append(labs, strings.Join(rows, ","))
	}
	return strings.Join(labs, " ")
}

func TestAtOnce(t *testing.T) {
	const mb = 1 << 20
	for name, c := range map[string]struct {
		f       Footprint
		longest time.Duration
		cores   int
		free    int64
		want    int
	}{
		"half of two cores for 3 s, half a second each": {Footprint{64 * mb, 500 * time.Millisecond}, 3 * time.Second, 2, 8 << 30, 6},
		"a short play leaves time for few":              {Footprint{64 * mb, 500 * time.Millisecond}, time.Second, 2, 8 << 30, 3},
		"many cores stand for as many":                  {Footprint{64 * mb, 500 * time.Millisecond}, 0, 16, 64 << 30, 16},
		"memory for two":                                {Footprint{64 * mb, 500 * time.Millisecond}, 3 * time.Second, 2, 300 * mb, 2},
		"memory for none is for one":                    {Footprint{64 * mb, 500 * time.Millisecond}, 3 * time.Second, 2, mb, 1},
		"memory that is not told":                       {Footprint{64 * mb, 500 * time.Millisecond}, 3 * time.Second, 2, 0, 6},
		"nothing is told":                               {Footprint{}, 3 * time.Second, 1, 8 << 30, 3},
	} {
		if got := atOnce(c.f, c.longest, c.cores, c.free); got != c.want {
			t.Errorf("%s: %d labs at once, want %d", name, got, c.want)
		}
	}
}

func TestAShuffleCanBeHadAgain(t *testing.T) {
	const all = "abcdefghijklmnop"
	order := func(seed uint64) string {
		s := named(all)
		shuffle(s, seed)
		return idsOf(s)
	}
	one, again, other := order(1), order(1), order(2)
	if one != again || one == other || one == all {
		t.Errorf("seed 1 gives %s and %s, seed 2 %s", one, again, other)
	}
	if sorted := slices.Sorted(strings.SplitSeq(one, "")); strings.Join(sorted, "") != all {
		t.Errorf("of %s came %s", all, one)
	}
}

// What waits longest begins first, in labs that are opened first; what waits as long keeps its place.
func TestTheLongestBeginsFirst(t *testing.T) {
	timed := func(id string, term Term) Scenario {
		return Scenario{ID: id, Expect: []Check{Answers(504), AnswersInTime(term), Names("connection_read_timeout")}}
	}
	known := timed("g", Immediately)
	known.Waits = time.Hour
	silent := timed("h", Immediately)
	silent.Expect = []Check{Answers(503), Names("")}
	alone := timed("i", ReadTimeout)
	alone.World.Alone = true
	all := []Scenario{
		timed("a", Immediately), timed("b", ReadTimeout), timed("c", Immediately), timed("d", ConnectTimeout), timed("e", ReadTimeout), known, silent, alone,
	}
	r := &run{plan: &Plan{Gateway: small{newPlay()}}}
	if policy.Connect.Value > logWithin || policy.Connect.Value == 0 || logWithin >= policy.Read.Value {
		t.Fatalf("the policy under test tells nothing apart: %+v", policy)
	}
	const want = "g,b,e i d,h,a c"
	if got := labsOf(r.arranged(slices.Clone(all))); got != want {
		t.Errorf("they begin in the order %s", got)
	}
	r.plan.Shuffle = true
	if got := labsOf(r.arranged(slices.Clone(all))); got == want {
		t.Error("they are not shuffled")
	}
}

// small is a gateway with room for three.
type small struct{ *play }

func (small) Capacity() int { return 3 }

func TestRoutesToTheSameServerDoNotShareALab(t *testing.T) {
	to := func(id string, servers ...string) Scenario {
		r := &Route{ID: id}
		for _, s := range servers {
			r.Servers = append(r.Servers, Server{Addr: netip.MustParseAddrPort(s)})
		}
		return Scenario{ID: id, Route: r}
	}
	const one, two = "10.0.0.1:80", "10.0.0.2:80"
	labs := groups([]Scenario{to("a", one), to("b", one, two), to("c", two), to("d", two), {ID: "e"}}, 0, false)
	if s := labsOf(labs); s != "a,c,e b d" {
		t.Errorf("%q, want that only those share a lab that break nothing of each other's", s)
	}
}

func TestGroupsShareLabs(t *testing.T) {
	plan := func(text string) (s []Scenario) { // an upper case letter is one that is alone
		for _, r := range text {
			s = append(s, Scenario{ID: string(r), World: World{Alone: r < 'a'}})
		}
		return s
	}
	for _, c := range []struct {
		scenarios string
		capacity  int
		want      string
	}{
		{"", 0, ""},
		{"abc", 0, "a,b,c"},
		{"abc", 1, "a b c"},
		{"abc", 2, "a,b c"},
		{"abcd", 2, "a,b c,d"},
		{"aBcD", 0, "a,c B D"}, // the one that takes longest to start comes first
		{"AB", 0, "A B"},
		{strings.Repeat("a", together+1), 0, strings.Repeat(",a", together)[1:] + " a"},
	} {
		if s := labsOf(groups(plan(c.scenarios), c.capacity, true)); s != c.want { // of no route, so that none follows another
			t.Errorf("%.10s by %d: %q, want %q", c.scenarios, c.capacity, s, c.want)
		}
	}
}

// Who goes to the same servers by the same route follows, but for those that cannot do with what
// stands around the others.
func TestScenariosOfARouteFollowOneAnother(t *testing.T) {
	server := func(s string) []Server { return []Server{{Addr: netip.MustParseAddrPort(s)}} }
	shop, pay, other := &Route{ID: "shop", Servers: server("10.0.0.1:80")}, &Route{ID: "pay", Servers: server("10.0.0.1:80")}, &Route{ID: "other", Servers: server("10.0.0.2:80")}
	first := *shop // of several servers, say
	first.Servers = server("10.0.0.3:80")
	all := []Scenario{
		{ID: "a", Route: shop}, {ID: "b", Route: pay}, {ID: "c", Route: other}, {ID: "d", Route: shop, World: World{Needs: Latency}},
		{ID: "e", Route: other}, {ID: "f", Route: shop, World: World{Alone: true}}, {ID: "g", Route: shop, World: World{Servers: 2}},
		{ID: "h", Route: &first}, {ID: "i", Route: shop, World: World{Restart: true}}, {ID: "l", Route: shop, World: World{Process: true}}, {ID: "j"}, {ID: "k", Route: pay},
	}
	labs := groups(all, 0, true)
	if got := labsOf(labs); got != "ad,ce,h,j bk g i l f" {
		t.Errorf("%q", got)
	}
	if p := labs[0][0].plot(); p.World.Needs != Latency || p.Route != shop || p.Name != "a" {
		t.Errorf("the first row is played in %+v", p)
	}
	if got := labsOf(groups(all, 0, false)); got != "a,c,h,j b,e d g i l k f" {
		t.Errorf("without rows: %q", got)
	}
}

func TestFreeMemoryIsThisMachines(t *testing.T) {
	if free := freeMemory(); free < 1<<20 || free > 1<<50 {
		t.Errorf("%d bytes are free", free)
	}
}
