package report_test

import (
	"encoding/json"
	"io"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/compare"
	"github.com/badgateway/badgateway/harness/journal"
	"github.com/badgateway/badgateway/harness/report"
)

// upgraded is what an upgrade changes in a cell of every kind.
func upgraded() compare.Comparison {
	took := func(id string, alter func(*harness.Cell)) harness.Cell {
		return with(with(dropped(), func(c *harness.Cell) { c.ID = id }), alter)
	}
	as := func(*harness.Cell) {}
	from := journal.Run{Start: journal.Start{Runtime: "docker", Badgateway: "v1"}, End: &journal.End{Source: "one"}, Cells: []harness.Cell{
		took("lost", func(c *harness.Cell) { c.Status, c.Version = 200, "1.22.1" }),
		took("paid", func(c *harness.Cell) {
			c.Method, c.Time, c.Recovery, c.CacheControl = "POST", "proxy_read_timeout = 1s", 0.1, "no-store"
		}),
		took("other", as), took("better", func(c *harness.Cell) { c.Outcome = harness.RawBytes; c.Status = 0 }),
		took("gone", as), took("doubt", as), took("same", as),
	}}
	to := journal.Run{Start: from.Start, End: &journal.End{Source: "one", Interrupted: "SIGINT"}, Cells: []harness.Cell{
		took("lost", func(c *harness.Cell) {
			c.Status = 502
			c.Findings = []harness.Finding{{Check: "answers 504 Gateway Timeout", Saw: "the client saw 502 Bad Gateway"}}
		}),
		took("paid", func(c *harness.Cell) {
			c.Method, c.Attempts, c.Seconds, c.Time = "POST", 2, 2.001, "proxy_read_timeout x 2 tries = 2s"
			c.Recovery, c.RetryAfter, c.CacheControl = 10, "5", ""
		}),
		took("other", func(c *harness.Cell) { c.Status = 502 }), took("better", as), took("same", as), took("fresh", as),
		took("doubt", func(c *harness.Cell) { c.Verdict, c.Reason = harness.Inconclusive, "a slow machine" }),
	}}
	return compare.Journals(&from, &to)
}

func compared(t *testing.T, render func(io.Writer, compare.Comparison) error, c compare.Comparison) string {
	t.Helper()
	var b strings.Builder
	if err := render(&b, c); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAComparisonReadsWorstFirst(t *testing.T) {
	got := compared(t, report.Compared(report.Style{}), upgraded())
	want := `nginx 1.22.1 -> 1.26.3
the second run did not come to its end: it was ended by SIGINT

worse      lost
           200 became 502
           the gateway no longer answers 504 Gateway Timeout: the client saw 502 Bad Gateway
           while SYNs are dropped by a firewall

worse      paid
           1 attempt at a POST became 2
           1.003 s (proxy_read_timeout = 1s) became 2.001 s (proxy_read_timeout x 2 tries = 2s)
           served again 0.100 s after the fault, which became 10.000 s
           Retry-After: 5 is new
           Cache-Control: no-store is lost
           while SYNs are dropped by a firewall

otherwise  other
           504 became 502
           while SYNs are dropped by a firewall

better     better
           raw-bytes became 504
           while SYNs are dropped by a firewall

undecided, since one of the runs says nothing of the gateway:
  doubt  pass became inconclusive (a slow machine)

missing in the second run:
  gone  it was pass: 504 after 1.003 s

new in the second run:
  fresh  it is pass: 504 after 1.003 s

6 cells in both runs: 2 worse, 1 otherwise, 1 better, 1 unchanged, 1 undecided, 1 missing, 1 new
`
	if got != want {
		t.Errorf("it reads\n%s\nwant\n%s", got, want)
	}
}

func TestAComparisonIsColouredAndFolded(t *testing.T) {
	text := compared(t, report.Compared(report.Style{Color: true, Width: 60}), upgraded())
	says(t, text, "\x1b[1;31mworse\x1b[0m      lost", "\x1b[33motherwise\x1b[0m  other", "\x1b[32mbetter\x1b[0m     better")
	for line := range strings.Lines(text) {
		if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 60+len("\x1b[1;31m\x1b[0m") {
			t.Errorf("a line has %d columns: %s", n, line)
		}
	}
}

func TestNothingChanged(t *testing.T) {
	one := &journal.Run{Start: journal.Start{Runtime: "docker"}, Cells: []harness.Cell{dropped()}, End: &journal.End{}}
	got := compared(t, report.Compared(report.Style{}), compare.Journals(one, one))
	if want := "nginx 1.26.3 in docker, both times\n\n1 cell in both runs: 0 worse, 0 otherwise, 0 better, 1 unchanged\n"; got != want {
		t.Errorf("it reads\n%s\nwant\n%s", got, want)
	}
}

func TestAComparisonForAReviewer(t *testing.T) {
	says(t, compared(t, report.ComparedMarkdown, upgraded()),
		"## badgateway: nginx 1.22.1 -&gt; 1.26.3\n", "**the second run did not come to its end&#58; it was ended by SIGINT**",
		"| ✗ worse | <code>lost</code> | 200 | 502 | the gateway no longer answers 504 Gateway Timeout&#58; the client saw 502 Bad Gateway |\n",
		"| ≠ otherwise | <code>other</code> | 504 | 502 |  |\n", "| ✓ better | <code>better</code> | raw-bytes | 504 |",
		"### new in the second run\n\n| cell |   |\n|---|---|\n| <code>fresh</code> | it is pass&#58; 504 after 1.003 s |\n", "2 worse, 1 otherwise, 1 better, 1 unchanged")
}

func TestAComparisonForMachines(t *testing.T) {
	var got struct {
		Format    int
		From, To  struct{ Gateway, Version string }
		Counts    map[string]int
		Missing   []struct{ ID string }
		Undecided []struct{ ID string }
		Changes   []struct {
			Direction string
			ID        string
			From, To  struct{ Status int }
			Points    []map[string]any
		}
	}
	text := compared(t, report.ComparedJSON, upgraded())
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{"worse": 2, "otherwise": 1, "better": 1, "unchanged": 1, "undecided": 1, "missing": 1, "new": 1}
	if got.Format != 1 || !reflect.DeepEqual(got.Counts, counts) || got.From.Version != "1.22.1" || got.To.Version != "1.26.3" || got.To.Gateway != "nginx" {
		t.Errorf("it says %+v", got)
	}
	if first := got.Changes[0]; first.Direction != "worse" || first.ID != "lost" || first.From.Status != 200 || first.To.Status != 502 || len(first.Points) != 2 {
		t.Errorf("the first change is %+v", first)
	}
	want := map[string]any{"aspect": "promise", "direction": "worse", "check": "answers 504 Gateway Timeout", "saw": "the client saw 502 Bad Gateway"}
	if !reflect.DeepEqual(got.Changes[0].Points[1], want) {
		t.Errorf("the point is %v, want %v", got.Changes[0].Points[1], want)
	}
	if len(got.Missing) != 1 || got.Missing[0].ID != "gone" || len(got.Undecided) != 1 || got.Undecided[0].ID != "doubt" {
		t.Errorf("missing %+v, undecided %+v", got.Missing, got.Undecided)
	}
	empty := compared(t, report.ComparedJSON, compare.Comparison{})
	says(t, empty, `"changes": []`, `"undecided": []`, `"missing": []`, `"new": []`)
}

// A journal may come from anywhere.
func TestAHostileJournalIsSpelled(t *testing.T) {
	c := upgraded()
	fill(reflect.ValueOf(&c).Elem(), "\x1b[2J\r\n::error::x\u202e<script>|")
	for name, render := range map[string]func(io.Writer, compare.Comparison) error{
		"text": report.Compared(report.Style{}), "folded": report.Compared(report.Style{Width: 60}), "md": report.ComparedMarkdown, "json": report.ComparedJSON,
	} {
		text := compared(t, render, c)
		for _, r := range strings.ReplaceAll(text, "\n", "") {
			if !strconv.IsPrint(r) {
				t.Errorf("%s: %U is as it is", name, r)
			}
		}
		if name == "md" && strings.Contains(text, "<script>") {
			t.Errorf("md: a tag is as it is")
		}
	}
}

// GitHub drops a summary that is too long as a whole.
func TestALongComparisonIsCut(t *testing.T) {
	c := upgraded()
	for range 20000 {
		c.Changes, c.Missing = append(c.Changes, c.Changes[0]), append(c.Missing, c.Missing[0])
	}
	text := compared(t, report.ComparedMarkdown, c)
	says(t, text, "more changes are left out", "more cells are left out")
	if len(text) > 600<<10 {
		t.Errorf("it has %d bytes", len(text))
	}
}
