package check

import (
	"fmt"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness"
)

// Ladder is the ID of the cells that are judged by reading: whether the timeouts of a route
// fit to those of what is around it.
const Ladder = "policy/ladder"

// endless is a time that nobody means: it stands for no limit.
const endless = 24 * time.Hour

// ladder judges a route's timeouts by what is written.
func (p *planner) ladder(route *harness.Route, policy harness.Policy) []harness.Cell {
	if why, skip := p.Skip(route.ID, Ladder); skip {
		p.Left = append(p.Left, Left{Fault: Ladder, Route: route.ID, Why: "skipped: " + why})
		return nil
	}
	c := harness.Cell{
		Type: "cell", ID: Ladder, Route: route.ID, Title: "the timeouts of a route fit into those around it",
		Cause: "policy", While: "nothing is broken: its timeouts are read", Gateway: p.gateway.Name(), Clock: "none", Take: 1,
		Log: []string{}, Findings: []harness.Finding{}, Verdict: harness.Pass,
		Why: "Whoever waits has to wait longer than what he waits for, or his own timeout hides the inner one and its cause.",
	}
	for _, r := range Rules() {
		var found []harness.Breach
		switch r.Name {
		case "answers-in-budget":
			found = longerThan(route, policy, p.Budgets.Client, "a client waits %v")
		case "outlives-inner":
			found = longerThan(route, policy, p.Budgets.CDN, "what stands in front of it gives up after %v")
		case "limits-waiting":
			found = limitsWaiting(route, policy)
		case "caches-no-error":
			found = keepsErrors(policy)
		default:
			continue
		}
		strength, off := p.Strength(r.Name)
		if off {
			continue
		}
		c.Findings = append(c.Findings, findingsOf(r, strength, found)...)
	}
	c.Verdict, c.Reason = harness.VerdictOf(c.Findings)
	return []harness.Cell{c}
}

func findingsOf(r Rule, strength harness.Strength, broken []harness.Breach) (found []harness.Finding) {
	f := harness.Finding{Strength: strength, Check: r.Title, Rule: r.Name, Cite: r.Cite}
	if len(broken) == 0 {
		f.Held = true
		return []harness.Finding{f}
	}
	for _, b := range broken {
		f.Saw, f.At, f.Try = b.Saw, b.At, b.Try
		found = append(found, f)
	}
	return found
}

// longerThan finds the phases of an exchange that may take longer, at their worst, than
// somebody waits.
func longerThan(route *harness.Route, p harness.Policy, budget time.Duration, who string) (broken []harness.Breach) {
	for _, set := range phases(route, p) {
		if worst, says := worstOf(set, p); worst > budget {
			broken = append(broken, *breach(set, fmt.Sprintf("%s below %v, or a longer budget in badgateway.yaml", set.Directive, budget),
				"it may wait %v (%s), and "+who, worst, says, budget))
		}
	}
	return broken
}

// worstOf is how long a phase may take at its worst, and how that is said: at each server that
// is asked, one after the other.
func worstOf(set harness.Setting, p harness.Policy) (time.Duration, string) {
	n := 1
	if set.Directive != p.Resolve.Directive && p.Retry.Passes("timeout") {
		n = p.Retry.Most()
	}
	worst := time.Duration(n) * set.Value
	// The try that is under way when the time for tries ends is waited for.
	if within := p.Retry.Within.Value; n > 1 && within > 0 && worst > within+set.Value {
		return within + set.Value, fmt.Sprintf("%s and %s", p.Retry.Within.Says(), set.Says())
	}
	if n > 1 {
		return worst, fmt.Sprintf("%s x %d servers = %v", set.Directive, n, worst)
	}
	return worst, set.Says()
}

// keepsErrors: no error of an upstream's is kept by the gateway's own cache.
func keepsErrors(p harness.Policy) (broken []harness.Breach) {
	for _, set := range p.Kept {
		fields := strings.Fields(set.Text)
		for _, code := range fields[:max(0, len(fields)-1)] {
			if code == "any" || strings.HasPrefix(code, "5") {
				broken = append(broken, *breach(set, "no "+code+" in "+set.Directive, "%s keeps errors, for everybody who asks the same", set.Says()))
				break
			}
		}
	}
	return broken
}

// phases are the settings that a client's time can be spent in.
func phases(route *harness.Route, p harness.Policy) []harness.Setting {
	found := []harness.Setting{p.Connect, p.Read}
	if route.Resolves {
		found = append(found, p.Resolve)
	}
	return found
}

// limitsWaiting names what has no limit.
func limitsWaiting(route *harness.Route, p harness.Policy) (broken []harness.Breach) {
	for _, set := range phases(route, p) {
		if set.Value >= endless {
			broken = append(broken, *breach(set, set.Directive+" of what a healthy answer takes, and a margin", "%s is no limit", set.Says()))
		}
	}
	if p.Retry.Servers > 2 && p.Retry.Count == 0 && p.Retry.Within.Value == 0 && p.Retry.Passes("timeout") {
		broken = append(broken, *breach(p.Retry.On, p.Retry.Tries.Directive+" 2, or "+p.Retry.Within.Directive,
			"one request may be tried at all %d servers, one after the other", p.Retry.Servers))
	}
	return broken
}
