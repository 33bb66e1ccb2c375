package settings

import (
	"slices"
	"testing"
)

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		glob, of string
		want     bool
	}{
		{"GET https://shop.test/", "GET https://shop.test/", true},
		{"GET https://shop.test/", "GET https://shop.test/a", false},
		{"GET https://shop.test/api/*", "GET https://shop.test/api/a/b?c", true},
		{"GET https://shop.test/api/*", "GET https://shop.test/api/", true},
		{"GET https://shop.test/api/*", "GET https://shop.test/api", false},
		{"* https://*/a/*/b", "POST https://x/a/1/2/b", true},
		{"* https://*/a/*/b", "POST https://x/a/b", false},
		{"*", "", true},
		{"", "a", false},
		{"a*a", "a", false},
		{"a**b*", "a1b2", true},
		{"*ab*ab", "ab", false},
		{"*abc", "ababc", true},
		{"/?a=[1]", "/?a=[1]", true},
		{"/?a=[1]", "/xa=1", false},
		{"slow/*", "slow/never", true},
	} {
		if got := matches(c.glob, c.of); got != c.want {
			t.Errorf("%q of %q: got %v", c.glob, c.of, got)
		}
	}
}

func TestLevel(t *testing.T) {
	s := &Settings{Rules: map[string]Rule{"adopted": {Level: Fail}, "written": {Level: Warn}, "off": {Level: Off}}}
	for _, c := range []struct {
		rule          string
		usual, strict Level
	}{{"adopted", Fail, Fail}, {"written", Warn, Fail}, {"off", Off, Off}, {"unheard of", Warn, Fail}} {
		if s.Level(c.rule, false) != c.usual || s.Level(c.rule, true) != c.strict {
			t.Errorf("%s: %v, strictly %v", c.rule, s.Level(c.rule, false), s.Level(c.rule, true))
		}
	}
}

func TestPlays(t *testing.T) {
	for _, c := range []struct {
		words     []string
		fault     string
		canonical bool
		want      bool
	}{
		{[]string{"canonical"}, "slow/never", true, true},
		{[]string{"canonical"}, "slow/late", false, false},
		{[]string{"canonical", "slow/*"}, "slow/late", false, true},
		{[]string{"slow/late"}, "slow/never", true, false},
		{[]string{"all"}, "crash/killed", false, true},
	} {
		if got := (&Settings{Faults: c.words}).Plays(c.fault, c.canonical); got != c.want {
			t.Errorf("%v plays %s: %v", c.words, c.fault, got)
		}
	}
}

func read(t *testing.T, text string) *Settings {
	t.Helper()
	s, err := parse(Name, []byte(text), known)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestExpectedAndSkipped(t *testing.T) {
	s := read(t, `
expect:
  - {route: "GET https://a/*", status: 502}
  - {fault: "slow/*", status: 503}
  - {route: "GET https://a/x", fault: [crash/killed, slow/late], status: 504}
skip:
  - {route: "GET https://b/*", fault: all, reason: it is old}
  - {fault: firewall/cut, reason: there is no firewall}
  - {route: "*", fault: firewall/cut, reason: never told}
`)
	for _, c := range []struct {
		route, fault string
		statuses     []int
		reason       string
	}{
		{"GET https://a/x", "slow/late", []int{502, 503, 504}, ""},
		{"GET https://a/y", "slow/never", []int{502, 503}, ""},
		{"POST https://a/x", "crash/killed", nil, ""},
		{"GET https://b/x", "crash/killed", nil, "it is old"},
		{"GET https://a/x", "firewall/cut", []int{502}, "there is no firewall"},
	} {
		var got []int
		for _, e := range s.Expected(c.route, c.fault) {
			got = append(got, e.Status...)
		}
		reason, skipped := s.Skipped(c.route, c.fault)
		if !slices.Equal(got, c.statuses) || reason != c.reason || skipped != (c.reason != "") {
			t.Errorf("%s under %s: got %v, %q, %v", c.route, c.fault, got, reason, skipped)
		}
	}
}
