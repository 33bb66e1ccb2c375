package settings

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
)

func TestJudge(t *testing.T) {
	const everythingStated = "{status: 504, outcome: answered, within: 5s, attempts: 1, reason: why}"
	good := harness.Cell{Status: 504, Outcome: harness.Answered, Seconds: 5.004, Attempts: 1}
	for _, c := range []struct {
		expect string
		cell   harness.Cell
		want   []string
	}{
		{everythingStated, good, []string{"+answers 504 Gateway Timeout", "+leaves the client with: answered", "+is done within 5s", "+tries once"}},
		{everythingStated, harness.Cell{Outcome: harness.Closed, Seconds: 5.011, Attempts: 2}, []string{
			"-answers 504 Gateway Timeout: the client saw no status: closed", "-leaves the client with: answered: the client saw: closed",
			"-is done within 5s: it took 5.011s", "-tries once: it tried 2 times"}},
		{"{status: [502, 599]}", good, []string{"-answers 502 Bad Gateway or 599: the client saw 504 Gateway Timeout"}},
		{"{status: [502, 504]}", good, []string{"+answers 502 Bad Gateway or 504 Gateway Timeout"}},
		{"{outcome: [closed, answered]}", good, []string{"+leaves the client with: closed or answered"}},
		{"{attempts: 0}", good, []string{"-tries no upstream: it tried once"}},
		{"{attempts: 0}", harness.Cell{}, []string{"+tries no upstream"}},
		{"{attempts: 2}", harness.Cell{}, []string{"-tries 2 times: it tried no upstream"}},
	} {
		e := read(t, "expect: ["+c.expect+"]").Expect[0]
		var got []string
		for _, f := range e.Judge(c.cell, 10*time.Millisecond) {
			sign, saw := "+", ""
			if !f.Held {
				sign, saw = "-", ": "+f.Saw
			}
			got = append(got, sign+f.Check+saw)
			if f.Rule != "expect" || f.Cite != e.Reason || f.At == nil || *f.At != e.At || f.At.Line != 1 || f.Strength != harness.Must {
				t.Errorf("%s: a finding without its place: %+v", c.expect, f)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", c.expect, got, c.want)
		}
	}
}

func TestUnused(t *testing.T) {
	s := read(t, `expect:
- {route: "GET https://a/x", status: 502}
- {route: "GET https://a/*", status: 502}
- {route: "https://a/*", status: 502}
- {route: "GET https://a", status: 502}
- {route: "GET https://b/x", fault: crash/killed, status: 502}
- {status: 502, fault: [crash/killed, slow/late]}
skip:
- {route: "POST *", reason: it has none}
- {fault: 'crash/*', reason: it does}
`)
	const list = "`badgateway check --routes` lists the routes"
	routes, faults := []string{"GET https://a/y", "GET https://a/z"}, []string{"slow/late"}
	for name, c := range map[string]struct {
		routes, faults []string
		want           []string
	}{
		"both known": {routes, faults, []string{
			`2 no route is GET https://a/x, so this expectation is of nothing (did you mean GET https://a/y?)`,
			`4 no route is https://a/*, so this expectation is of nothing (did you mean "* https://a/*"?)`,
			`5 no route is GET https://a, so this expectation is of nothing (did you mean "GET https://a*"?)`,
			`6 no route is GET https://b/x, so this expectation is of nothing (did you mean GET https://a/y?)`,
			`9 no route is POST *, so this skip is of nothing (` + list + `)`,
			`10 none of its faults is played, so this skip is of nothing (name them in faults, or take it out)`,
		}},
		"only faults known": {nil, faults, []string{
			`6 none of its faults is played, so this expectation is of nothing (name them in faults, or take it out)`,
			`10 none of its faults is played, so this skip is of nothing (name them in faults, or take it out)`,
		}},
		"nothing known": {},
		"no route at all": {[]string{}, []string{"slow/late", "crash/killed"}, []string{
			`2 no route is GET https://a/x, so this expectation is of nothing (` + list + `)`,
			`3 no route is GET https://a/*, so this expectation is of nothing (` + list + `)`,
			`4 no route is https://a/*, so this expectation is of nothing (` + list + `)`,
			`5 no route is GET https://a, so this expectation is of nothing (` + list + `)`,
			`6 no route is GET https://b/x, so this expectation is of nothing (` + list + `)`,
			`9 no route is POST *, so this skip is of nothing (` + list + `)`,
		}},
		"all is there": {[]string{"GET https://a/x", "https://a/", "GET https://a", "GET https://b/x", "POST /"}, []string{"crash/killed"}, nil},
	} {
		var got []string
		for _, u := range s.Unused(c.routes, c.faults) {
			got = append(got, fmt.Sprintf("%d %s (%s)", u.At.Line, u.What, u.Hint))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", name, got, c.want)
		}
	}
}
