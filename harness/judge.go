package harness

import (
	"errors"
	"fmt"
	"time"
)

// Judge holds a scenario's checks, with the declared deviations of the gateway in
// their place, against the evidence.
func Judge(s Scenario, declared []Deviation, p Policy, e *Evidence) []Finding {
	findings, certain := make([]Finding, len(s.Expect)), make([]bool, len(s.Expect))
	overdue := e.timedOut(p)
	for i, c := range s.Expect {
		findings[i], certain[i] = finding(c, p, e)
		if d := deviationOf(s.ID, c.Title, declared); d != nil {
			findings[i] = d.judge(c, p, e)
		}
		overdue = overdue || !findings[i].Held && late(c, p, e)
	}
	if e.Exchange.Ended > latest(s.Expect, p)+explained*e.slack(p, e.slowest()) {
		return findings
	}
	// A machine makes nothing early. What it makes late is late itself, or lets a time pass that is
	// none of the fault's, after which another answer may be the right one.
	for i, c := range s.Expect {
		f := &findings[i]
		if !f.Held && !f.Doubt && !certain[i] && f.Strength != Note && (late(c, p, e) || c.Term == nil && overdue) && e.drowned(p) {
			f.Doubt = true
			f.Saw += ", and the machine may be the reason: " + e.heard()
		}
	}
	return findings
}

// explained is how many times the noise that was seen an exchange may have been late by it: not all
// of it is seen.
const explained = 5

// latest is the latest of the times that the checks speak of, or no bound.
func latest(checks []Check, p Policy) time.Duration {
	most := time.Duration(-1)
	for _, c := range checks {
		if c.Term != nil {
			most = max(most, c.Term.Of(p))
		}
	}
	if most < 0 {
		return p.Patience()
	}
	return most
}

// late says whether the exchange ended after the time that a check speaks of.
func late(c Check, p Policy, e *Evidence) bool {
	return c.Term != nil && e.Exchange.Ended > c.Term.Of(p)
}

// finding is what comes of a check, and whether it is the configuration alone that was found wanting.
func finding(c Check, p Policy, e *Evidence) (f Finding, certain bool) {
	f = Finding{Strength: c.Strength, Check: c.Title, Rule: c.Rule, Cite: c.Cite}
	err := c.Judge(p, e)
	if err == nil {
		f.Held = true
		return f, false
	}
	var doubt Doubt
	f.Doubt, f.Saw = errors.As(err, &doubt), err.Error()
	if b := (*Breach)(nil); errors.As(err, &b) {
		f.At, f.Try, certain = b.At, b.Try, b.Certain
	}
	return f, certain
}

func deviationOf(id, check string, declared []Deviation) *Deviation {
	for i, d := range declared {
		if d.Scenario == id && d.Check == check {
			return &declared[i]
		}
	}
	return nil
}

// judge is strict: a deviation that stopped deviating is a finding too.
func (d *Deviation) judge(c Check, p Policy, e *Evidence) Finding {
	if promised, _ := finding(c, p, e); promised.Held {
		promised.Held = false
		promised.Saw = "it does, though a deviation is declared: " + d.Because()
		return promised
	}
	f, _ := finding(d.Instead, p, e)
	f.Strength, f.Declared = c.Strength, fmt.Sprintf("not %q: %s", c.Title, d.Because())
	return f
}

var wanted = map[Strength]string{Must: "expected", Should: "wished", Note: "noted"}

// VerdictOf is the greatest verdict of the findings, with the reason of the first that
// has it.
func VerdictOf(findings []Finding) (Verdict, string) {
	worst, reason := Pass, ""
	for _, f := range findings {
		v := f.verdict()
		if v > worst {
			worst, reason = v, fmt.Sprintf("%s that the gateway %s, but %s", wanted[f.Strength], f.Check, f.Saw)
		}
	}
	return worst, reason
}

func (f Finding) verdict() Verdict {
	switch {
	case f.Held || f.Strength == Note:
		return Pass
	case f.Doubt:
		return Inconclusive
	case f.Strength == Should:
		return Warn
	}
	return Fail
}

// decided names the setting that the scenario's expectation of time rests on.
func decided(checks []Check, p Policy) string {
	for _, c := range checks {
		if c.Term != nil {
			return c.Term.Setting(p).String()
		}
	}
	return ""
}
