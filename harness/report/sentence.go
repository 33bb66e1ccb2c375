package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// saw is what the client got, in a word or two: "502", "200, truncated", "closed".
func saw(c harness.Cell) string {
	switch {
	case c.Outcome == "":
		return "-"
	case c.Outcome == harness.Answered:
		return fmt.Sprint(c.Status)
	case c.Outcome == harness.DidNotStart:
		return "did not start"
	case c.Status != 0:
		return fmt.Sprintf("%d, %s", c.Status, c.Outcome)
	}
	return string(c.Outcome)
}

// sentence is a tame cell in one sentence: what was seen, under what, with what proof,
// and what decided it.
func sentence(c harness.Cell) string {
	if c.Verdict == harness.Unsupported {
		return "not played: " + c.Reason
	}
	said := []string{seen(c) + " while " + c.While}
	if c.Receipt != "" {
		said = append(said, "delivered: "+c.Receipt)
	}
	if c.Decided != "" {
		said = append(said, "decided by "+c.Decided)
	}
	for _, reason := range known(c) {
		said = append(said, "known: "+reason)
	}
	return strings.Join(said, "; ")
}

// known are the reasons of the declared deviations that were seen, each once.
func known(c harness.Cell) (reasons []string) {
	for _, f := range c.Findings {
		if f.Declared == "" || !f.Held {
			continue
		}
		if reason := reasonOf(f.Declared); !slices.Contains(reasons, reason) {
			reasons = append(reasons, reason)
		}
	}
	return reasons
}

// reasonOf leaves out what a finding's `not "answers 504": the reason` replaces.
func reasonOf(declared string) string {
	rest, ok := strings.CutPrefix(declared, "not ")
	promise, err := strconv.QuotedPrefix(rest)
	reason, found := strings.CutPrefix(strings.TrimPrefix(rest, promise), ": ")
	if !ok || err != nil || !found {
		return declared
	}
	return reason
}

func seen(c harness.Cell) string {
	switch c.Outcome {
	case "":
		return "nothing was seen"
	case harness.DidNotStart:
		return "the gateway did not start"
	}
	return saw(c) + " after " + duration(c.Seconds)
}

// timed is seen, with the time as an expression where there is one.
func timed(c harness.Cell) string {
	if c.Time == "" || waited(c) == "" {
		return seen(c)
	}
	return seen(c) + " = " + c.Time
}

// duration has milliseconds, which tell a timeout from its neighbour, and more digits
// only below ten of them, where an answer came at once.
func duration(seconds float64) string {
	if seconds < 0.01 {
		return fmt.Sprintf("%.1f ms", 1000*seconds)
	}
	return fmt.Sprintf("%.3f s", seconds)
}

// took is where the time of the longest lab went, "" where no lab stood.
func took(s harness.Summary) string {
	lab := s.Spent
	if lab.Start+lab.Play+lab.Stop == 0 {
		return ""
	}
	play := fmt.Sprintf("play %.1f s", lab.Play)
	if c := lab.Longest; c.ID != "" {
		play += fmt.Sprintf(" (longest %s: inject %.1f s, wait %.1f s, revert %.1f s)",
			c.ID, c.Spent.Inject, c.Spent.Wait, c.Spent.Revert)
	}
	return fmt.Sprintf("start %.1f s, %s, stop %.1f s", lab.Start, play, lab.Stop)
}
