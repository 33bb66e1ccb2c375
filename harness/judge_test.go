package harness

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// check is one with a fixed result.
func check(strength Strength, title string, err error) Check {
	return Check{Strength: strength, Title: title, Judge: func(Policy, *Evidence) error { return err }}
}

var errBroken = errors.New("it did not")

func TestADeclaredDeviationIsStrict(t *testing.T) {
	for name, c := range map[string]struct {
		promised, instead error
		declared          bool
		held, doubt       bool
		saw               string
	}{
		"kept, nothing declared":        {held: true},
		"broken, nothing declared":      {promised: errBroken, saw: "it did not"},
		"kept though declared":          {declared: true, saw: "though a deviation is declared: because"},
		"broken as declared":            {declared: true, promised: errBroken, held: true},
		"broken in another way":         {declared: true, promised: errBroken, instead: errors.New("worse"), saw: "worse"},
		"broken, the rest is in doubt":  {declared: true, promised: errBroken, instead: Doubt("who knows"), doubt: true, saw: "who knows"},
		"in doubt, and not as declared": {declared: true, promised: Doubt("who knows"), instead: errBroken, saw: "it did not"},
	} {
		t.Run(name, func(t *testing.T) {
			s := Scenario{ID: "a/b", Expect: []Check{check(Should, "does it", c.promised), check(Must, "lives", nil)}}
			others := []Deviation{{Scenario: "a/c", Check: "does it"}, {Scenario: "a/b", Check: "does more"}} // of no concern
			if c.declared {
				others = append(others, Deviation{Scenario: "a/b", Check: "does it", Instead: check(Must, "does that", c.instead), Reason: "because"})
			}
			found := Judge(s, others, Policy{}, &Evidence{})
			if len(found) != 2 || !found[1].Held || found[1].Check != "lives" || found[1].Declared != "" {
				t.Fatalf("the other check came out as %+v", found[1:])
			}
			f := found[0]
			if f.Held != c.held || f.Doubt != c.doubt || (c.saw == "") != (f.Saw == "") || !strings.Contains(f.Saw, c.saw) {
				t.Errorf("held %v, doubt %v, saw %q; want %v, %v, ...%s...", f.Held, f.Doubt, f.Saw, c.held, c.doubt, c.saw)
			}
			if f.Strength != Should {
				t.Errorf("a deviation made a %s of a should", f.Strength)
			}
			replaced := c.declared && c.promised != nil
			if want := `not "does it": because`; (f.Declared == want) != replaced || replaced != (f.Check == "does that") {
				t.Errorf("it says that it %s, declared as %q", f.Check, f.Declared)
			}
		})
	}
}

func TestTheVerdictIsTheGreatestOfTheFindings(t *testing.T) {
	held := func(s Strength) Finding { return Finding{Strength: s, Check: "holds", Held: true} }
	broken := func(s Strength, check string) Finding { return Finding{Strength: s, Check: check, Saw: "not"} }
	doubt := func(s Strength, check string) Finding {
		return Finding{Strength: s, Check: check, Saw: "not", Doubt: true}
	}
	for name, c := range map[string]struct {
		findings []Finding
		want     Verdict
		reason   string
	}{
		"none":                        {nil, Pass, ""},
		"all hold":                    {[]Finding{held(Must), held(Should), held(Note)}, Pass, ""},
		"a note":                      {[]Finding{held(Must), broken(Note, "n"), doubt(Note, "d")}, Pass, ""},
		"a should":                    {[]Finding{broken(Should, "a"), broken(Should, "b"), broken(Note, "n")}, Warn, "wished that the gateway a, but not"},
		"a doubt outranks a should":   {[]Finding{broken(Should, "a"), doubt(Must, "b")}, Inconclusive, "expected that the gateway b, but not"},
		"a should's doubt is one too": {[]Finding{doubt(Should, "a")}, Inconclusive, "wished that the gateway a, but not"},
		"a must outranks all":         {[]Finding{broken(Should, "a"), doubt(Must, "b"), broken(Must, "c"), broken(Must, "d")}, Fail, "expected that the gateway c, but not"},
	} {
		if got, reason := verdictOf(c.findings); got != c.want || reason != c.reason {
			t.Errorf("%s: %v, %q; want %v, %q", name, got, reason, c.want, c.reason)
		}
	}
}

func TestTheOrderOfVerdicts(t *testing.T) {
	if !(Unsupported < Pass && Pass < Warn && Warn < Inconclusive && Inconclusive < Fail) {
		t.Error("unsupported < pass < warn < inconclusive < fail does not hold")
	}
	of := func(verdicts ...Verdict) Verdict {
		var s Summary
		for _, v := range verdicts {
			s.Cells = append(s.Cells, Cell{Verdict: v})
		}
		return s.Verdict()
	}
	for _, c := range []struct{ got, want Verdict }{
		{of(), Inconclusive},
		{of(Unsupported, Unsupported), Inconclusive},
		{of(Unsupported, Pass), Pass},
		{of(Pass, Warn, Pass), Warn},
		{of(Inconclusive, Warn), Inconclusive},
		{of(Fail, Inconclusive, Unsupported), Fail},
	} {
		if c.got != c.want {
			t.Errorf("a run is %v, want %v", c.got, c.want)
		}
	}
}

func TestWordsAreReadAsTheyAreWritten(t *testing.T) {
	for v, word := range map[Verdict]string{Pass: "pass", Warn: "warn", Inconclusive: "inconclusive", Fail: "fail", Unsupported: "unsupported"} {
		text, err := json.Marshal(v)
		if err != nil || string(text) != `"`+word+`"` {
			t.Errorf("%d is written %s, %v", v, text, err)
		}
		back := Verdict(99)
		if err := json.Unmarshal(text, &back); err != nil || back != v {
			t.Errorf("%s is read as %d, %v", text, back, err)
		}
	}
	for s, word := range map[Strength]string{Must: "must", Should: "should", Note: "note"} {
		text, err := json.Marshal(s)
		if err != nil || string(text) != `"`+word+`"` {
			t.Errorf("%d is written %s, %v", s, text, err)
		}
		back := Strength(99)
		if err := json.Unmarshal(text, &back); err != nil || back != s {
			t.Errorf("%s is read as %d, %v", text, back, err)
		}
	}
	var v Verdict
	var s Strength
	for _, word := range []string{"", "PASS", "maybe"} {
		if v.UnmarshalText([]byte(word)) == nil || s.UnmarshalText([]byte(word)) == nil {
			t.Errorf("%q was taken for a word", word)
		}
	}
}

func TestEvidenceOfADoubtIsNoFailure(t *testing.T) {
	wrapped := errors.Join(errors.New("so"), Doubt("perhaps"))
	for err, want := range map[error]bool{Doubt("perhaps"): true, wrapped: true, errBroken: false} {
		f := finding(check(Must, "x", err), Policy{}, nil)
		if f.Held || f.Doubt != want || f.Saw != err.Error() {
			t.Errorf("%v: %+v", err, f)
		}
	}
}
