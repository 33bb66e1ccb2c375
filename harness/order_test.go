package harness

import (
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

func idsOf(groups ...[]Scenario) string {
	var texts []string
	for _, g := range groups {
		text := ""
		for _, s := range g {
			text += s.ID
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, " ")
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

// What takes longest begins first; what takes as long keeps its place.
func TestTheLongestBeginsFirst(t *testing.T) {
	timed := func(id string, term Term) []Scenario {
		return []Scenario{{ID: id, Expect: []Check{Answers(504), AnswersInTime(term)}}}
	}
	groups := [][]Scenario{
		timed("a", Immediately), timed("b", ReadTimeout), timed("c", Immediately), timed("d", ConnectTimeout), timed("e", ReadTimeout),
	}
	r := &run{plan: &Plan{Gateway: newPlay()}}
	if policy.Connect.Value >= policy.Read.Value || policy.Connect.Value == 0 {
		t.Fatalf("the policy under test tells nothing apart: %+v", policy)
	}
	r.longestFirst(groups)
	if got := idsOf(groups...); got != "b e d a c" {
		t.Errorf("they begin in the order %s", got)
	}
}

func TestFreeMemoryIsThisMachines(t *testing.T) {
	if free := freeMemory(); free < 1<<20 || free > 1<<50 {
		t.Errorf("%d bytes are free", free)
	}
}
