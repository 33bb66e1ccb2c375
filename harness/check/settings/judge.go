package settings

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness"
)

// expected is what a finding calls an expectation, in the place of a rule's name.
const expected = "expect"

// Judge holds what a client saw against the expectation: a finding for each thing that it
// states, whether it held or not. Slack is by how much later than the gateway decided the
// machine may have let the client see it; without it "within: 5s" could not be said of a
// timeout of 5 s.
func (e Expectation) Judge(c harness.Cell, slack time.Duration) (findings []harness.Finding) {
	add := func(check string, held bool, saw string) {
		at := e.At
		f := harness.Finding{Strength: harness.Must, Rule: expected, Cite: e.Reason, At: &at, Check: check, Held: held}
		if !held {
			f.Saw = saw
		}
		findings = append(findings, f)
	}
	if e.Status != nil {
		add("answers "+either(e.Status, statusText), slices.Contains(e.Status, c.Status), saw(c))
	}
	if e.Outcome != nil {
		add("leaves the client with: "+either(e.Outcome, outcomeText), slices.Contains(e.Outcome, c.Outcome), "the client saw: "+string(c.Outcome))
	}
	if e.Within > 0 {
		took := time.Duration(c.Seconds * float64(time.Second))
		add(fmt.Sprintf("is done within %v", e.Within), took <= e.Within+slack, fmt.Sprintf("it took %v", took.Round(time.Millisecond)))
	}
	if e.Attempts != nil {
		add("tries "+times(*e.Attempts), c.Attempts == *e.Attempts, "it tried "+times(c.Attempts))
	}
	return findings
}

func saw(c harness.Cell) string {
	if c.Status == 0 {
		return "the client saw no status: " + string(c.Outcome)
	}
	return "the client saw " + statusText(c.Status)
}

func either[T any](options []T, text func(T) string) string {
	var texts []string
	for _, o := range options {
		texts = append(texts, text(o))
	}
	return strings.Join(texts, " or ")
}

func outcomeText(o harness.Outcome) string { return string(o) }

func statusText(status int) string {
	return strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))
}

func times(n int) string {
	switch n {
	case 0:
		return "no upstream"
	case 1:
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}
