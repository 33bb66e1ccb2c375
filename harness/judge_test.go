package harness

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
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
		if got, reason := VerdictOf(c.findings); got != c.want || reason != c.reason {
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

// What was not seen to hold in more noise than the policy's times are apart is in doubt, whatever
// it is about, where a timeout was told of; what held has held.
func TestATimeoutMayBeTheMachines(t *testing.T) {
	const s = time.Second
	policy := Policy{Connect: Setting{Value: s}, Read: Setting{Value: 2 * s}}
	late, noise := Evidence{Exchange: agent.Exchange{Response: agent.Response{Status: 504}}}, agent.View{Late: s / 4}
	in := func(e Evidence, v agent.View) Evidence { e.After = v; return e }
	well := func(e Evidence, spans ...Span) Evidence { e.Well = spans; return e }
	starved := func(was, is agent.View) Evidence { e := late; e.Before, e.After = was, is; return e }
	for name, c := range map[string]struct {
		policy Policy
		e      Evidence
		doubt  bool
	}{
		"a quiet machine":              {policy: policy, e: late},
		"late timers":                  {policy: policy, e: in(late, noise), doubt: true},
		"a client who gave up":         {policy: policy, e: in(Evidence{Outcome: Hang, Exchange: agent.Exchange{Ended: s}}, noise), doubt: true},
		"a client who was in a hurry":  {policy: policy, e: in(Evidence{Outcome: Hang, Exchange: agent.Exchange{Ended: s - 1}}, noise)},
		"another answer":               {policy: policy, e: in(Evidence{}, noise)},
		"one of a crowd was told":      {policy: policy, e: in(Evidence{Load: &Load{Ends: []LoadEnd{{Outcome: Answered, Status: 504, Count: 1}}}}, noise), doubt: true},
		"a crowd was refused":          {policy: policy, e: in(Evidence{Load: &Load{Ends: []LoadEnd{{Outcome: Answered, Status: 503, Count: 9}}}}, noise)},
		"timers that are hardly late":  {policy: policy, e: in(late, agent.View{Late: s / 16})},
		"waiting for a core":           {policy: policy, e: starved(agent.View{At: s, Starved: 5 * s}, agent.View{At: 9 * s, Starved: 5*s + s/2}), doubt: true},
		"many waited, but not long":    {policy: policy, e: starved(agent.View{At: s}, agent.View{At: s + s/10, Starved: 9 * s})},
		"waiting for a core before":    {policy: policy, e: starved(agent.View{At: s, Starved: 5 * s}, agent.View{At: 9 * s, Starved: 5 * s})},
		"a healthy visitor waited":     {policy: policy, e: well(late, Span{s, s + s/10}, Span{9 * s, 9*s + s/5}), doubt: true},
		"timeouts that are far longer": {policy: Policy{Read: Setting{Value: 60 * s}}, e: in(late, agent.View{Late: s})},
		"no timeouts":                  {e: in(late, agent.View{Late: 60 * s})},
	} {
		judged := func(err error, declared ...Deviation) Finding {
			return Judge(Scenario{ID: "a/b", Expect: []Check{check(Must, "does it", err)}}, declared, c.policy, &c.e)[0]
		}
		f := judged(errBroken)
		if f.Held || f.Doubt != c.doubt || !strings.HasPrefix(f.Saw, "it did not") || strings.Contains(f.Saw, "the machine may be the reason") != c.doubt {
			t.Errorf("%s: %+v", name, f)
		}
		if f = judged(nil); !f.Held || f.Doubt {
			t.Errorf("%s, and it did: %+v", name, f)
		}
		if f = judged(nil, Deviation{Scenario: "a/b", Check: "does it", Instead: check(Must, "does that", errBroken)}); f.Held || f.Doubt != c.doubt {
			t.Errorf("%s, and a deviation did not deviate: %+v", name, f)
		}
	}
}

func TestWhatIsWrittenIsNotTheMachines(t *testing.T) {
	const s = time.Second
	e := Evidence{Exchange: agent.Exchange{Ended: 2 * s, Response: agent.Response{Status: 504}}, After: agent.View{Late: s / 4}}
	for _, certain := range []bool{false, true} {
		c := check(Must, "does it", &Breach{Saw: "it did not", Certain: certain})
		if f := Judge(Scenario{Expect: []Check{c}}, nil, Policy{Read: Setting{Value: s}}, &e)[0]; f.Held || f.Doubt == certain {
			t.Errorf("certain %v: %+v", certain, f)
		}
	}
}

// Another answer than was promised is in doubt where it came after another time than was promised
// too, and in that noise; in time it is a failure.
func TestAnotherAnswerTooLateMayBeTheMachines(t *testing.T) {
	const s = time.Second
	policy := Policy{Connect: Setting{Value: s}}
	for name, c := range map[string]struct {
		ended, noise time.Duration
		doubt        bool
	}{
		"late, in noise":      {2 * s, s / 4, true},
		"in time, in noise":   {s / 10, s / 4, false},
		"late, in no noise":   {2 * s, 0, false},
		"late, in some more":  {2 * s, s / 16, false},
		"far later than that": {20 * s, s / 4, false},
	} {
		e := Evidence{Exchange: agent.Exchange{Ended: c.ended, Response: agent.Response{Status: 200}}, After: agent.View{Late: c.noise}}
		if f := Judge(Scenario{Expect: []Check{Answers(502), AnswersInTime(Immediately)}}, nil, policy, &e)[0]; f.Held || f.Doubt != c.doubt {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestEvidenceOfADoubtIsNoFailure(t *testing.T) {
	wrapped := errors.Join(errors.New("so"), Doubt("perhaps"))
	for err, want := range map[error]bool{Doubt("perhaps"): true, wrapped: true, errBroken: false} {
		f, _ := finding(check(Must, "x", err), Policy{}, &Evidence{})
		if f.Held || f.Doubt != want || f.Saw != err.Error() {
			t.Errorf("%v: %+v", err, f)
		}
	}
}
