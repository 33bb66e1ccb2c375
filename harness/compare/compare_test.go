package compare

import (
	"slices"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/journal"
)

func answered(id string, status, attempts int, seconds float64) harness.Cell {
	return harness.Cell{ID: id, Gateway: "nginx", Version: "1.26.3", Take: 1, Outcome: harness.Answered, Status: status, Attempts: attempts, Seconds: seconds}
}

func with(c harness.Cell, alter func(*harness.Cell)) harness.Cell { alter(&c); return c }

func aJournal(cells ...harness.Cell) *journal.Run {
	return &journal.Run{
		Start: journal.Start{Gateway: "nginx@1.26", Runtime: "local", Badgateway: "v1"},
		Cells: cells, End: &journal.End{Source: "packages"},
	}
}

// finding is one of a promise that is or is not kept.
func finding(s harness.Strength, check string, held bool) harness.Finding {
	f := harness.Finding{Strength: s, Check: check, Held: held}
	if !held {
		f.Saw = "it did not"
	}
	return f
}

func keys(changes []Change) (keys []string) {
	for _, c := range changes {
		keys = append(keys, c.Direction().String()+" "+c.From.Key())
	}
	return keys
}

// What changes, in the order that it is told in: from what is worst on.
func TestWorstFirst(t *testing.T) {
	post := func(c *harness.Cell) { c.Method = "POST" }
	in := func(o harness.Outcome) func(*harness.Cell) { return func(c *harness.Cell) { c.Outcome = o } }
	promising := func(s harness.Strength, held bool) func(*harness.Cell) {
		return func(c *harness.Cell) { c.Findings = []harness.Finding{finding(s, "keeps it", held)} }
	}
	pairs := []struct {
		from, to harness.Cell
		want     Direction
	}{
		{answered("silence", 200, 1, 0), with(answered("silence", 200, 1, 0), in(harness.SilentlyTruncated)), Worse},
		{answered("hang", 200, 1, 0), with(answered("hang", 0, 1, 30), in(harness.Hang)), Worse},
		{answered("lost page", 200, 1, 0), answered("lost page", 502, 1, 0), Worse},
		{answered("cut", 502, 1, 0), with(answered("cut", 200, 1, 0), in(harness.Truncated)), Worse},
		{answered("hung up", 502, 1, 0), with(answered("hung up", 0, 1, 0), in(harness.Closed)), Worse},
		{with(answered("paid twice", 504, 1, 2), post), with(answered("paid twice", 504, 2, 2), post), Worse},
		{answered("asked three times", 504, 1, 2), answered("asked three times", 504, 3, 2), Worse},
		{answered("asked twice", 504, 1, 2), answered("asked twice", 504, 2, 2), Worse},
		{with(answered("must", 502, 1, 0), promising(harness.Must, true)), with(answered("must", 502, 1, 0), promising(harness.Must, false)), Worse},
		{with(answered("should", 502, 1, 0), promising(harness.Should, true)), with(answered("should", 502, 1, 0), promising(harness.Should, false)), Worse},
		{with(answered("told when", 503, 1, 0), func(c *harness.Cell) { c.RetryAfter = "5" }), answered("told when", 503, 1, 0), Worse},
		{with(answered("away", 502, 1, 0), func(c *harness.Cell) { c.Recovery = 0.1 }), with(answered("away", 502, 1, 0), func(c *harness.Cell) { c.Recovery = 10 }), Worse},
		{answered("late", 504, 1, 1), answered("late", 504, 1, 4), Worse},
		{answered("later", 504, 1, 1), answered("later", 504, 1, 2), Worse},
		{answered("other", 502, 1, 0), answered("other", 504, 1, 0), Otherwise},
		{with(answered("note", 502, 1, 0), promising(harness.Note, true)), with(answered("note", 502, 1, 0), promising(harness.Note, false)), Otherwise},
		{answered("sooner", 504, 1, 4), answered("sooner", 504, 1, 1), Better},
		{answered("asked once", 504, 2, 1), answered("asked once", 504, 1, 1), Better},
		{answered("page", 502, 1, 0), answered("page", 200, 2, 0), Better},
	}
	var from, to []harness.Cell
	var want []string
	directions := map[string]Direction{}
	for _, p := range pairs {
		directions[p.from.ID] = p.want
		from, to = append(from, p.from), append(to, p.to)
		want = append(want, p.want.String()+" "+p.from.ID)
	}
	same := answered("same", 502, 1, 0)
	c := Journals(aJournal(append(from, same)...), aJournal(append(to, same)...))
	if got := keys(c.Changes); !slices.Equal(got, want) {
		t.Errorf("they are told as\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if c.Unchanged != 1 || c.Common() != len(pairs)+1 || c.Count(Worse) != 14 || c.Count(Better) != 3 {
		t.Errorf("%d unchanged of %d, %d worse, %d better", c.Unchanged, c.Common(), c.Count(Worse), c.Count(Better))
	}
	back := Journals(aJournal(to...), aJournal(from...))
	for _, one := range back.Changes {
		if one.Direction() != -directions[one.From.ID] {
			t.Errorf("the other way round, %s is %v", one.From.ID, one.Direction())
		}
	}
}

// A promise outweighs what looks better: a page where there should be none is no gain.
func TestABrokenPromiseOutweighsAPage(t *testing.T) {
	promise := func(held bool) func(*harness.Cell) {
		return func(c *harness.Cell) {
			c.Findings = []harness.Finding{finding(harness.Must, "answers 502 Bad Gateway", held)}
		}
	}
	change := changeOf(Pair{with(answered("a", 502, 1, 0), promise(true)), with(answered("a", 200, 1, 0), promise(false))})
	if change.Direction() != Worse || len(change.Points) != 2 || change.Points[0].Direction != Better {
		t.Errorf("it is %v: %+v", change.Direction(), change.Points)
	}
}

// A declared deviation is a promise that is not kept, though the cell passes.
func TestADeviationThatGoesIsAPromiseThatIsKept(t *testing.T) {
	s := harness.Scenario{ID: "a", Expect: []harness.Check{harness.Answers(502)}}
	declared := []harness.Deviation{{Scenario: "a", Check: s.Expect[0].Title, Reason: "because so", Before: "1.23.0", Instead: harness.Ends(200, harness.SilentlyTruncated)}}
	before, after := answered("a", 200, 1, 0), answered("a", 502, 1, 0)
	before.Outcome = harness.SilentlyTruncated
	for _, c := range []struct {
		cell     *harness.Cell
		declared []harness.Deviation
	}{{&before, declared}, {&after, nil}} {
		e := &harness.Evidence{Outcome: c.cell.Outcome}
		e.Exchange.Response.Status = c.cell.Status
		c.cell.Findings = harness.Judge(s, c.declared, harness.Policy{}, e)
	}
	point := changeOf(Pair{before, after}).Points[1]
	want := Point{Aspect: Promise, Direction: Better, Check: "answers 502 Bad Gateway", Kept: true,
		Saw: "it gives 200 OK, silently-truncated, before 1.23.0: because so"}
	if point != want {
		t.Errorf("the point is %+v, want %+v", point, want)
	}
}

func TestWhatIsOnlyInOneOfThemIsNoPromise(t *testing.T) {
	doubt := finding(harness.Must, "recovers", false)
	doubt.Doubt = true
	before, after := answered("a", 502, 1, 0), answered("a", 502, 1, 0)
	before.Findings = []harness.Finding{finding(harness.Must, "keeps this", true), finding(harness.Must, "recovers", true), {Rule: "one", Check: "waits", Held: true}}
	after.Findings = []harness.Finding{finding(harness.Must, "keeps that", false), doubt, {Rule: "other", Check: "waits"}}
	if points := changeOf(Pair{before, after}).Points; len(points) > 0 {
		t.Errorf("a change is seen: %+v", points)
	}
}

func TestTheSecondTakeCounts(t *testing.T) {
	first := with(answered("a", 502, 1, 0), func(c *harness.Cell) { c.Verdict = harness.Inconclusive })
	second := with(answered("a", 504, 1, 0), func(c *harness.Cell) { c.Take = 2 })
	for _, cells := range [][]harness.Cell{{first, second}, {second, first}} {
		if c := Journals(aJournal(cells...), aJournal(answered("a", 504, 1, 0))); c.Unchanged != 1 || c.Common() != 1 {
			t.Errorf("%d unchanged of %d, with %+v", c.Unchanged, c.Common(), c.Undecided)
		}
	}
}

func TestDoubtIsNeitherWorseNorUnchanged(t *testing.T) {
	sure := answered("a", 200, 1, 0)
	for _, v := range []harness.Verdict{harness.Inconclusive, harness.Unsupported} {
		doubtful := with(answered("a", 502, 1, 0), func(c *harness.Cell) { c.Verdict = v })
		for _, p := range []Pair{{sure, doubtful}, {doubtful, sure}, {doubtful, doubtful}} {
			c := Journals(aJournal(p.From), aJournal(p.To))
			if len(c.Undecided) != 1 || len(c.Changes)+c.Unchanged != 0 || c.Common() != 1 {
				t.Errorf("%v and %v: %+v", p.From.Verdict, p.To.Verdict, c)
			}
		}
	}
}

// What another result says besides is told with it, and a wait that was not waited for is none.
func TestFieldsAndRecovery(t *testing.T) {
	kept := with(answered("a", 200, 1, 0), func(c *harness.Cell) { c.CacheControl, c.Recovery = "max-age=60", 0.2 })
	for name, c := range map[string]struct {
		alter func(*harness.Cell)
		want  []Point
	}{
		"another result":  {func(c *harness.Cell) { c.Status, c.CacheControl = 502, "" }, []Point{{Aspect: Result, Direction: Worse}}},
		"lost":            {func(c *harness.Cell) { c.CacheControl = "" }, []Point{{Aspect: Field, Direction: Worse, Field: "Cache-Control", From: "max-age=60"}}},
		"another value":   {func(c *harness.Cell) { c.CacheControl = "no-store" }, []Point{{Aspect: Field, Field: "Cache-Control", From: "max-age=60", To: "no-store"}}},
		"new":             {func(c *harness.Cell) { c.RetryAfter = "5" }, []Point{{Aspect: Field, Direction: Better, Field: "Retry-After", To: "5"}}},
		"away for longer": {func(c *harness.Cell) { c.Recovery = 10.1 }, []Point{{Aspect: Recovery, Direction: Worse}}},
		"but for noise":   {func(c *harness.Cell) { c.Recovery = 0.6 }, nil},
		"not waited for":  {func(c *harness.Cell) { c.Recovery = 0 }, nil},
	} {
		if got := changeOf(Pair{kept, with(kept, c.alter)}).Points; !slices.Equal(got, c.want) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// Cells are told apart by their routes too.
func TestMissingAndNew(t *testing.T) {
	of := func(route string) harness.Cell {
		return with(answered("a", 502, 1, 0), func(c *harness.Cell) { c.Route = route })
	}
	c := Journals(aJournal(of("GET /"), of("GET /old")), aJournal(of("GET /"), of("GET /new")))
	if len(c.Missing) != 1 || c.Missing[0].Route != "GET /old" || len(c.New) != 1 || c.New[0].Route != "GET /new" || c.Unchanged != 1 {
		t.Errorf("missing %+v, new %+v", c.Missing, c.New)
	}
}

// What was only read has no outcome: its promises are all there is to compare.
func TestWhatWasOnlyRead(t *testing.T) {
	read := harness.Cell{ID: "budget", Findings: []harness.Finding{finding(harness.Must, "answers in 30s", true)}}
	broken := with(read, func(c *harness.Cell) {
		c.Findings = []harness.Finding{finding(harness.Must, "answers in 30s", false)}
	})
	c := Journals(aJournal(read), aJournal(broken))
	if len(c.Changes) != 1 || len(c.Changes[0].Points) != 1 || c.Count(Worse) != 1 {
		t.Errorf("it is told as %+v", c.Changes)
	}
}

func TestInWhatRunsDiffer(t *testing.T) {
	one, other := aJournal(answered("a", 502, 1, 0)), aJournal(answered("a", 502, 1, 0))
	if d := Journals(one, other).Differences(); len(d) != 0 {
		t.Errorf("the same run differs in %+v", d)
	}
	other.Cells[0].Version, other.Start.Runtime, other.Start.Badgateway, other.End.Source = "1.30.6", "docker", "v2", "an image"
	other.Start.Selection, other.Start.Filter = []string{"slow/*", "a"}, "wait"
	want := []Difference{
		{"nginx", "1.26.3", "1.30.6"}, {"runtime", "local", "docker"}, {"badgateway", "v1", "v2"},
		{"selection", "all", "slow/* a (wait)"}, {"source", "packages", "an image"},
	}
	if d := Journals(one, other).Differences(); !slices.Equal(d, want) {
		t.Errorf("they differ in %+v", d)
	}
	other.Cells = nil // none was judged
	if d := Journals(one, other).Differences()[0]; d != (Difference{"gateway", "nginx 1.26.3", "nginx@1.26"}) {
		t.Errorf("without a cell, they differ in %+v", d)
	}
}

func TestARunThatEndedEarlySaysSo(t *testing.T) {
	for want, end := range map[string]*journal.End{
		"": {}, "it was ended by SIGINT": {Interrupted: "SIGINT"}, "out of luck": {Trouble: "out of luck"}, "its journal has no end": nil,
	} {
		j := aJournal()
		j.End = end
		if got := Journals(j, aJournal()).From.Early; got != want {
			t.Errorf("%+v reads %q, want %q", end, got, want)
		}
	}
}
