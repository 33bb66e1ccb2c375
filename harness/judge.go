package harness

import (
	"errors"
	"fmt"
)

// Judge holds a scenario's checks, with the declared deviations of the gateway in
// their place, against the evidence.
func Judge(s Scenario, declared []Deviation, p Policy, e *Evidence) []Finding {
	var findings []Finding
	for _, c := range s.Expect {
		if d := deviationOf(s.ID, c.Title, declared); d != nil {
			findings = append(findings, d.judge(c, p, e))
			continue
		}
		findings = append(findings, finding(c, p, e))
	}
	return findings
}

func finding(c Check, p Policy, e *Evidence) Finding {
	f := Finding{Strength: c.Strength, Check: c.Title}
	err := c.Judge(p, e)
	if err == nil {
		f.Held = true
		return f
	}
	var doubt Doubt
	f.Doubt, f.Saw = errors.As(err, &doubt), err.Error()
	return f
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
	if promised := finding(c, p, e); promised.Held {
		promised.Held = false
		promised.Saw = "it does, though a deviation is declared: " + d.Reason
		return promised
	}
	f := finding(d.Instead, p, e)
	f.Strength, f.Declared = c.Strength, fmt.Sprintf("not %q: %s", c.Title, d.Reason)
	return f
}

var wanted = map[Strength]string{Must: "expected", Should: "wished", Note: "noted"}

// verdictOf is the greatest verdict of the findings, with the reason of the first that
// has it.
func verdictOf(findings []Finding) (Verdict, string) {
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
