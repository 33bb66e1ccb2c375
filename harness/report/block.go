package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/compare"
)

// blocks follow the table as a compiler's messages would: where, what, and how to see
// it again. Cells of routes that break the same rules at the same lines are told by the first.
func (t *text) blocks() {
	told := map[string]bool{}
	for _, c := range slices.SortedStableFunc(slices.Values(t.run.Summary.Cells), compare.WorstFirst) {
		if !t.hasBlock(c) {
			continue
		}
		broken := brokenRules(c)
		if told[broken] && !t.Verbose {
			continue
		}
		told[broken] = broken != ""
		t.apart()
		if c.Route != "" {
			t.routeBlock(c, t.run.alike(c, broken))
		} else {
			t.block(c)
		}
	}
}

func (t *text) hasBlock(c harness.Cell) bool {
	return c.Verdict == harness.Fail || c.Verdict == harness.Inconclusive || t.Verbose
}

func (t *text) block(c harness.Cell) {
	word := strings.ToUpper(c.Verdict.String())
	for i, line := range Hanging(word+"  "+c.ID+"  ", c.Reason, t.Width) {
		if i == 0 {
			line = t.paint(c.Verdict, word) + strings.TrimPrefix(line, word)
		}
		t.line(line)
	}
	t.entries(t.run.evidence(c))
}

type entry struct {
	name, text string
	whole      bool // a command is copied: folded it would be another
}

// evidence is all that a person needs to know of a cell, in the order of asking.
func (r Run) evidence(c harness.Cell) (found []entry) {
	add := func(name, text string) {
		if text != "" {
			found = append(found, entry{name: name, text: text})
		}
	}
	add(decided(c.Decided))
	add("promise", c.Title)
	add("injected", c.While)
	add("seen", c.Receipt)
	add("client", client(c))
	add("crowd", crowd(c.Load))
	add("helps", helps(c))
	for _, f := range c.Findings {
		add(finding(f))
	}
	for _, line := range abridged(c.Log) {
		add("log", line)
	}
	add("why", c.Why)
	return append(found, entry{name: "replay", text: r.Replay(c.ID), whole: true})
}

// decided turns "proxy_read_timeout 1s (nginx.conf:41)" around, as compilers do: first
// the place.
func decided(setting string) (where, what string) {
	what, where, ok := strings.Cut(strings.TrimSuffix(setting, ")"), " (")
	if !ok {
		return "decided by", setting
	}
	return where, what
}

func client(c harness.Cell) string {
	if c.Outcome == "" {
		return ""
	}
	said := fmt.Sprintf("%s; attempts at the upstream: %d", timed(c), c.Attempts)
	if c.ErrorType != "" {
		said += "; the gateway calls it " + c.ErrorType
	}
	return said
}

// crowd is what others got meanwhile, and how long that took them.
func crowd(l *harness.Load) string {
	if l == nil {
		return ""
	}
	said := make([]string, len(l.Ends))
	for i, end := range l.Ends {
		said[i] = fmt.Sprintf("%d got %s, %s", end.Count, end, quantiles(end.Took))
	}
	return fmt.Sprintf("%d requests, each from when it was due: %s; attempts at the upstreams: %d", l.Requests, strings.Join(said, "; "), l.Attempts)
}

func quantiles(l harness.Quantiles) string {
	return fmt.Sprintf("half within %s, 95%% %s, 99%% %s, the last %s", duration(l.P50), duration(l.P95), duration(l.P99), duration(l.Max))
}

// helps is what a visitor could have done, what he was told to do, and how many more suffered.
func helps(c harness.Cell) string {
	var said []string
	switch c.Helps {
	case harness.NoRemedy:
	case harness.Repair:
		said = append(said, "nothing that a visitor can do, only the repair")
	default:
		said = append(said, string(c.Helps))
	}
	if c.Suffered > 0 {
		said = append(said, fmt.Sprintf("after the repair %d more requests failed, for %s", c.Suffered, duration(c.Recovery)))
	}
	if c.RetryAfter != "" {
		said = append(said, "the answer says Retry-After: "+c.RetryAfter)
	}
	if c.CacheControl != "" {
		said = append(said, "the answer says Cache-Control: "+c.CacheControl)
	}
	return strings.Join(said, "; ")
}

func finding(f harness.Finding) (name, text string) {
	name, text = f.Strength.String(), "the gateway "+f.Check
	switch {
	case f.Held && f.Declared != "":
		return name, text + ": it does, " + f.Declared
	case f.Held:
		return name, text + ": it does"
	case f.Doubt:
		return name, text + ": in doubt, " + f.Saw
	}
	return name, text + ": no, " + f.Saw
}

// abridged is as much of a log as one reads; the journal has all of it.
func abridged(log []string) (lines []string) {
	const most, longest = 10, 500 // nginx tells an exchange in one to three lines of about 300 bytes
	for _, line := range log[:min(len(log), most)] {
		if runes := []rune(line); len(runes) > longest {
			line = fmt.Sprintf("%s... (%d characters more)", string(runes[:longest]), len(runes)-longest)
		}
		lines = append(lines, line)
	}
	if more := len(log) - most; more > 0 {
		lines = append(lines, fmt.Sprintf("... (%d lines more)", more))
	}
	return lines
}

// defaultGateway is the one that is played when none is named.
const defaultGateway = "nginx"

// defaultRuntime is what is taken without a word where there are both.
const defaultRuntime = "docker"

// Replay is the command that plays a cell again.
func (r Run) Replay(id string) string {
	words := []string{"badgateway", "run", quoted(id)}
	if file := r.Files[id]; file != "" { // whose scenarios are all played where no label is asked for
		words = []string{"badgateway", "run", quoted(file), "--filter", quoted(harness.Scenario{ID: id}.Label())}
	}
	if r.Reference != "" && r.Reference != defaultGateway {
		words = append(words, "--gateway", quoted(r.Reference))
	}
	if r.Runtime != "" && r.Runtime != defaultRuntime {
		words = append(words, "--runtime", quoted(r.Runtime))
	}
	if slices.ContainsFunc(r.Summary.Cells, func(c harness.Cell) bool { return c.ID == id && c.Clock == harness.VirtualClock }) {
		words = append(words, "--clock", string(harness.VirtualClock))
	}
	return strings.Join(words, " ")
}

// quoted is a word as a POSIX shell has to be given it.
func quoted(word string) string {
	const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/@:._-+"
	if word != "" && strings.Trim(word, safe) == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
