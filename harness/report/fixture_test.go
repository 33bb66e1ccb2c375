package report_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/report"
)

var started = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func dropped() harness.Cell {
	return harness.Cell{
		Type: "cell", ID: "firewall/dropped", Title: "a dropped SYN gives 504", Cause: harness.Firewall, Phase: harness.PhaseConnect,
		While: "SYNs are dropped by a firewall", Folklore: "502 or 504", Gateway: "nginx", Version: "1.26.3",
		Runtime: "docker", Clock: "real", Take: 1, Status: 504, Outcome: harness.Answered, Seconds: 1.0031, Attempts: 1,
		Log: []string{"upstream timed out (110)"}, ErrorType: "connection_timeout",
		Receipt: "the firewall's rule met 2 packets: drop", Decided: "proxy_connect_timeout 1s (nginx.conf:23)",
		Why:      "Nobody answers, so only a timeout can end it.",
		Findings: []harness.Finding{{Check: "answers 504 Gateway Timeout", Held: true}},
		Spent:    harness.Spent{Baseline: 0.01, Inject: 0.1, Wait: 1.1, Revert: 0.2},
	}
}

// with is the cell after an alteration.
func with(c harness.Cell, alter func(*harness.Cell)) harness.Cell { alter(&c); return c }

func failed() harness.Cell {
	return with(dropped(), func(c *harness.Cell) {
		c.ID, c.Status, c.Verdict, c.Reason = "slow/never", 502, harness.Fail, "it should be a 504"
		c.Findings = []harness.Finding{
			{Check: "answers 504 Gateway Timeout", Saw: "the client saw 502 Bad Gateway"},
			{Check: "recovers", Held: true},
			{Strength: harness.Should, Check: "calls it x", Doubt: true, Saw: "a slow machine"},
		}
	})
}

// departed passes as the deviation that is declared.
func departed() harness.Cell {
	return with(dropped(), func(c *harness.Cell) {
		c.ID = "dns/silent"
		declared := `not "answers \"504\": in time": since 0.7`
		c.Findings = []harness.Finding{
			{Check: "gives 200, truncated", Held: true, Declared: declared}, {Check: "gives no name", Held: true, Declared: declared},
		}
	})
}

func aRun(cells ...harness.Cell) report.Run {
	return report.Run{
		Badgateway: "v1", Reference: "nginx@1.26", Gateway: "nginx", Runtime: "docker", Started: started, Planned: len(cells),
		Summary: harness.Summary{Cells: cells, Version: "1.26.3", Source: "image nginx:1.26",
			Spent: harness.LabSpent{Start: 0.9, Play: 2.2, Stop: 0.1, Longest: dropped()}},
	}
}

// oneOfEach has a cell of every verdict.
func oneOfEach() report.Run {
	cells := []harness.Cell{dropped(), failed()}
	for _, v := range []harness.Verdict{harness.Warn, harness.Inconclusive, harness.Unsupported} {
		cells = append(cells, with(dropped(), func(c *harness.Cell) {
			c.ID, c.Verdict, c.Reason = "verdict/"+v.String(), v, "because of "+v.String()
		}))
	}
	return aRun(cells...)
}

func rendered(t *testing.T, render report.Renderer, r report.Run) string {
	t.Helper()
	var b strings.Builder
	if err := render(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// says fails unless the text holds all of those.
func says(t *testing.T, text string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("it does not say %q:\n%s", want, text)
		}
	}
}

// full refuses every write.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, fmt.Errorf("no space left on device") }

func TestAFullDiskIsToldOf(t *testing.T) {
	for name, render := range map[string]report.Renderer{"text": report.Text(report.Style{}), "json": report.JSON, "junit": report.JUnit} {
		if err := render(full{}, oneOfEach()); err == nil || !strings.Contains(err.Error(), "no space") {
			t.Errorf("%s: a full disk gives %v", name, err)
		}
	}
}
