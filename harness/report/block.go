package report

import (
	"fmt"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// blocks follow the table as a compiler's messages would: where, what, and how to see
// it again.
func (t *text) blocks() {
	for _, c := range t.run.Summary.Cells {
		if t.hasBlock(c) {
			t.line("")
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
	entries := t.run.evidence(c)
	widest := 0
	for _, e := range entries {
		widest = max(widest, len(e.name))
	}
	for _, e := range entries {
		width := t.Width
		if e.whole {
			width = 0
		}
		t.hanging(fmt.Sprintf("  %-*s  ", widest, e.name), e.text, width)
	}
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
	said := fmt.Sprintf("%s; attempts at the upstream: %d", seen(c), c.Attempts)
	if c.ErrorType != "" {
		said += "; the gateway calls it " + c.ErrorType
	}
	return said
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
	if r.Reference != "" && r.Reference != defaultGateway {
		words = append(words, "--gateway", quoted(r.Reference))
	}
	if r.Runtime != "" && r.Runtime != defaultRuntime {
		words = append(words, "--runtime", quoted(r.Runtime))
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
