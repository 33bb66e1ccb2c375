package report_test

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/report"
)

func TestARowAndItsSentence(t *testing.T) {
	text := rendered(t, report.Text(report.Style{}), aRun(dropped()))
	lines := strings.Split(text, "\n")
	if got := strings.Join(strings.Fields(lines[0]), " "); got != "verdict id everyone says nginx did time" {
		t.Errorf("the head of the table is %q", got)
	}
	if got := strings.Join(strings.Fields(lines[1]), " "); got != "pass firewall/dropped 502 or 504 504 1.003 s" {
		t.Errorf("the row is %q", got)
	}
	want := "504 after 1.003 s while SYNs are dropped by a firewall; delivered: the firewall's rule met 2 packets: drop; " +
		"decided by proxy_connect_timeout 1s (nginx.conf:23)"
	if got := strings.TrimSpace(lines[2]); got != want {
		t.Errorf("the sentence is\n%q, want\n%q", got, want)
	}
	says(t, text, "1 cell on nginx 1.26.3 in docker (image nginx:1.26): 1 pass",
		"time: start 0.9 s, play 2.2 s (longest firewall/dropped: inject 0.1 s, wait 1.1 s, revert 0.2 s), stop 0.1 s")
}

func TestColumnsStandBelowEachOther(t *testing.T) {
	text := rendered(t, report.Text(report.Style{}), oneOfEach())
	lines := strings.Split(text, "\n")
	column := strings.Index(lines[0], "nginx did")
	for _, line := range lines {
		if strings.HasPrefix(line, "pass ") && !strings.HasPrefix(line[column:], "504 ") {
			t.Errorf("what nginx did is not at column %d of %q", column, line)
		}
	}
}

// Outcomes that are no whole answer must not read as one.
func TestWhatTheClientSaw(t *testing.T) {
	for outcome, want := range map[harness.Outcome]string{
		harness.Answered: "200 after", harness.Truncated: "200, truncated after", harness.SilentlyTruncated: "200, silently-truncated after",
		harness.Hang: "200, hang after", harness.DidNotStart: "the gateway did not start while", "": "nothing was seen while",
	} {
		c := with(dropped(), func(c *harness.Cell) { c.Status, c.Outcome = 200, outcome })
		says(t, rendered(t, report.Text(report.Style{}), aRun(c)), want)
	}
	c := with(dropped(), func(c *harness.Cell) { c.Status, c.Outcome = 0, harness.Closed })
	says(t, rendered(t, report.Text(report.Style{}), aRun(c)), "closed after 1.003 s while")
	c.Seconds = 0.00042
	says(t, rendered(t, report.Text(report.Style{}), aRun(c)), "closed after 0.4 ms while", "  0.4 ms\n")
}

// People count rows with grep -cw.
func TestTheStatusIsAWordOfItsRow(t *testing.T) {
	var six []harness.Cell
	for i, status := range []int{502, 504, 502, 504, 502, 504} {
		six = append(six, with(dropped(), func(c *harness.Cell) {
			c.ID, c.Status, c.Folklore = "a/"+string(rune('a'+i)), status, "503"
		}))
	}
	text := rendered(t, report.Text(report.Style{Width: 60}), aRun(six...))
	for _, status := range []string{"502", "504"} {
		word := regexp.MustCompile(`(?m)^pass .*\b` + status + `\b`)
		if n := len(word.FindAllString(text, -1)); n != 3 {
			t.Errorf("%d rows hold the word %s, want 3:\n%s", n, status, text)
		}
	}
}

func TestAFailureReadsLikeACompilers(t *testing.T) {
	text := rendered(t, report.Text(report.Style{}), aRun(failed()))
	says(t, text, "\nFAIL  slow/never  it should be a 504\n",
		"\n  nginx.conf:23  proxy_connect_timeout 1s\n",
		"  must           the gateway answers 504 Gateway Timeout: no, the client saw 502 Bad Gateway\n",
		"the gateway recovers: it does\n", "the gateway calls it x: in doubt, a slow machine\n",
		"  injected       SYNs are dropped by a firewall\n", "  seen           the firewall's rule met 2 packets: drop\n",
		"  log            upstream timed out (110)\n", "attempts at the upstream: 1; the gateway calls it connection_timeout",
		"  replay         badgateway run slow/never --gateway nginx@1.26\n")
}

func TestACellIsReplayedWhereItWasPlayed(t *testing.T) {
	r := aRun(failed())
	r.Runtime = "local"
	says(t, rendered(t, report.Text(report.Style{}), r), " --gateway nginx@1.26 --runtime local\n")
}

func TestOnlyWhatNeedsAPersonHasABlock(t *testing.T) {
	heads := regexp.MustCompile(`(?m)^[A-Z]{4,} .*`)
	has := func(style report.Style, want ...string) {
		t.Helper()
		got := heads.FindAllString(rendered(t, report.Text(style), oneOfEach()), -1)
		if len(got) != len(want) {
			t.Fatalf("%+v: blocks %q, want %q", style, got, want)
		}
		for i := range want {
			if !strings.HasPrefix(got[i], want[i]+"  ") {
				t.Errorf("%+v: block %d is %q, want %s", style, i, got[i], want[i])
			}
		}
	}
	has(report.Style{}, "FAIL", "INCONCLUSIVE")
	has(report.Style{Verbose: true}, "PASS", "FAIL", "WARN", "INCONCLUSIVE", "UNSUPPORTED")
}

func TestWarningsAndDeclaredDeviationsAreTold(t *testing.T) {
	says(t, rendered(t, report.Text(report.Style{}), oneOfEach()), "warn: because of warn", "not played: because of unsupported",
		"5 cells on nginx 1.26.3 in docker (image nginx:1.26): 1 fail, 1 inconclusive, 1 warn, 1 pass, 1 unsupported")
	text := rendered(t, report.Text(report.Style{}), aRun(dropped(), departed(), departed()))
	says(t, text, "(nginx.conf:23); known: since 0.7\n", "\n         why: Nobody answers, so only a timeout can end it.\n",
		": 1 pass, 2 pass as declared\n")
	if n := strings.Count(text, "why:"); n != 2 {
		t.Errorf("%d cells say why, want the 2 that depart:\n%s", n, text)
	}
	odd := with(departed(), func(c *harness.Cell) { c.Findings[0].Declared, c.Findings[1].Declared = `not "torn`, "simply so" })
	says(t, rendered(t, report.Text(report.Style{}), aRun(odd)), `; known: not "torn; known: simply so`)
}

// A deviation that did not show is no excuse: the cell counts, and reads, as what it is.
func TestADeclaredCellThatFailsIsAFailure(t *testing.T) {
	c := with(departed(), func(c *harness.Cell) {
		c.Verdict, c.Findings[0].Held, c.Findings[0].Saw = harness.Fail, false, "the client saw 500"
	})
	text := rendered(t, report.Text(report.Style{}), aRun(c))
	says(t, text, ": 1 fail\n", "\n  why            Nobody answers")
	if strings.Contains(text, "as declared") || strings.Count(text, "Nobody answers") != 1 {
		t.Errorf("it is excused, or says why twice:\n%s", text)
	}
}

func TestNoFolkloreIsADash(t *testing.T) {
	c := with(dropped(), func(c *harness.Cell) { c.Folklore = "" })
	row := regexp.MustCompile(`(?m)^pass +firewall/dropped +- +504 `)
	if text := rendered(t, report.Text(report.Style{}), aRun(c)); !row.MatchString(text) {
		t.Errorf("the row is not %v:\n%s", row, text)
	}
}

func TestQuietLeavesOutWhatIsWell(t *testing.T) {
	text := rendered(t, report.Text(report.Style{Quiet: true}), oneOfEach())
	if strings.Contains(text, "\npass") || !strings.Contains(text, "\nfail          slow/never") {
		t.Errorf("quiet tells of what passes, or not of what fails:\n%s", text)
	}
	if text := rendered(t, report.Text(report.Style{Quiet: true}), aRun(dropped())); strings.Contains(text, "verdict") {
		t.Errorf("there is a table of nothing:\n%s", text)
	}
}

func TestARunThatEndedEarlySaysSo(t *testing.T) {
	r := aRun(dropped())
	r.Planned, r.Trouble = 6, "interrupted (SIGINT)"
	says(t, rendered(t, report.Text(report.Style{}), r), "ended early, with 1 of 6 cells judged: interrupted (SIGINT)")
	if r.Verdict() != harness.Inconclusive {
		t.Errorf("its verdict is %v", r.Verdict())
	}
}

// A table that is too wide does without the time, which the sentence has.
func TestANarrowTableDoesWithoutTheTime(t *testing.T) {
	narrow := rendered(t, report.Text(report.Style{Width: 50}), aRun(dropped()))
	says(t, narrow, "nginx did\n", "504\n", "504 after 1.003 s")
	says(t, rendered(t, report.Text(report.Style{Width: 80}), aRun(dropped())), "nginx did  time\n", "504        1.003 s\n")
}

// All but the command to copy.
func TestEveryLineFitsTheTerminal(t *testing.T) {
	r := oneOfEach()
	r.Summary.Cells = append(r.Summary.Cells, departed(), with(failed(), func(c *harness.Cell) {
		c.Reason, c.Log = strings.Repeat("a reason ", 20), []string{strings.Repeat("upstream timed out ", 20)}
		c.Decided = "proxy_read_timeout 1s (" + strings.Repeat("deep/", 5) + "nginx.conf:7)"
	}))
	r.Reference = "image:registry.example/a/long/way/down/to/the/edge:7"
	for _, width := range []int{60, 80, 120} {
		text := rendered(t, report.Text(report.Style{Width: width, Verbose: true}), r)
		for line := range strings.Lines(text) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > width && !strings.Contains(line, "badgateway run") {
				t.Errorf("%d columns of %d: %q", n, width, line)
			}
		}
		says(t, text, "  badgateway run slow/never --gateway "+r.Reference+"\n")
		says(t, strings.Join(strings.Fields(text), " "), "decided by proxy_connect_timeout 1s (nginx.conf:23)",
			strings.TrimSpace(strings.Repeat("a reason ", 20)))
	}
}

func TestHanging(t *testing.T) {
	long := strings.TrimSpace(strings.Repeat("word ", 10)) // 49 runes
	for _, c := range []struct {
		head, text string
		width      int
		want       string
	}{
		{"must  ", long, 0, "must  " + long},
		{"must  ", "two  spaces", 40, "must  two  spaces"},
		{"FAIL  ", "", 40, "FAIL"},
		{"\u00fcst  ", long, 40, "\u00fcst  word word word word word word word\n     word word word"},
		{"a head without room  ", long, 50, "a head without room\n    word word word word word word word word word\n    word"},
	} {
		if got := strings.Join(report.Hanging(c.head, c.text, c.width), "\n"); got != c.want {
			t.Errorf("%q in %d columns hangs as\n%s\nwant\n%s", c.head, c.width, got, c.want)
		}
	}
}

func TestColor(t *testing.T) {
	if text := rendered(t, report.Text(report.Style{}), oneOfEach()); strings.Contains(text, "\x1b") {
		t.Error("there is colour where none was asked for")
	}
	says(t, rendered(t, report.Text(report.Style{Color: true}), oneOfEach()),
		"\n\x1b[32mpass\x1b[0m          firewall/dropped", "\n\x1b[1;31mFAIL\x1b[0m  slow/never")
}

func TestLongLogsAreAbridged(t *testing.T) {
	c := with(failed(), func(c *harness.Cell) {
		c.Log = append([]string{strings.Repeat("a", 70_000)}, make([]string, 40)...)
	})
	text := rendered(t, report.Text(report.Style{}), aRun(c))
	if len(text) > 5000 {
		t.Errorf("the text has %d bytes", len(text))
	}
	says(t, text, "... (69500 characters more)", "... (31 lines more)")
}

func TestReplayIsAShellsCommand(t *testing.T) {
	r := report.Run{Reference: "nginx"}
	if got, want := r.Replay("slow/never"), "badgateway run slow/never"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	r.Reference = "image:it's;rm"
	if got, want := r.Replay("slow/never"), `badgateway run slow/never --gateway 'image:it'\''s;rm'`; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	r = report.Run{Reference: "nginx", Summary: harness.Summary{Cells: []harness.Cell{{ID: "slow/never", Clock: harness.VirtualClock}, {ID: "crash/refused", Clock: harness.RealClock}}}}
	if got, want := r.Replay("slow/never"), "badgateway run slow/never --clock virtual"; got != want {
		t.Errorf("%s, not %s", got, want)
	}
	if got, want := r.Replay("crash/refused"), "badgateway run crash/refused"; got != want {
		t.Errorf("%s, not %s", got, want)
	}
}
