package report_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/report"
)

// command is a workflow command as GitHub's runner reads it.
type command struct {
	name, data string
	properties map[string]string
}

func unescaped(s string) string {
	return strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%").Replace(s)
}

// runnerReads returns the commands of an output. As the runner does, it lets white space stand
// before one, takes the older form anywhere in a line that is not of the newer, and skips
// what is none of the two.
func runnerReads(output string) (commands []command) {
	for line := range strings.SplitSeq(strings.ReplaceAll(output, "\r", "\n"), "\n") {
		head, data, ok := strings.Cut(strings.TrimPrefix(strings.TrimSpace(line), "::"), "::")
		if !strings.HasPrefix(strings.TrimSpace(line), "::") || !ok {
			if _, rest, old := strings.Cut(line, "##["); old && strings.Contains(rest, "]") {
				commands = append(commands, command{name: "##[" + rest})
			}
			continue
		}
		name, rest, _ := strings.Cut(head, " ")
		c := command{name, unescaped(data), map[string]string{}}
		for pair := range strings.SplitSeq(rest, ",") {
			if key, value, ok := strings.Cut(pair, "="); ok {
				c.properties[key] = unescaped(value)
			}
		}
		commands = append(commands, c)
	}
	return commands
}

func annotated(t *testing.T, r report.Run) []command {
	t.Helper()
	return runnerReads(rendered(t, report.GitHub("/repo", "/repo"), r))
}

func TestAnnotationsOfAShop(t *testing.T) {
	want := `::error file=deploy/nginx.conf,line=44,col=9,title=no-repeat (RFC 9110 9.2.2) on POST https%3A//shop.test/api/pay` +
		`::expected that the gateway sends a payment once, but the payment was sent three times` +
		`%0Aseen: slow/never@POST https://shop.test/api/pay` +
		`%0Aclient: 504 after 180.004 s = 3 x proxy_read_timeout 60s; attempts at the upstream: 3` +
		`%0Adecided by: proxy_next_upstream error timeout non_idempotent; (deploy/nginx.conf:44:9)` +
		`%0Atry: remove non_idempotent` +
		`%0Areplay: badgateway check deploy/nginx --only 'slow/never@POST https://shop.test/api/pay'
::warning title=dns/silent on GET https%3A//shop.test/::the query was not seen` +
		`%0Aclient: 504 after 60.002 s; attempts at the upstream: 1` +
		`%0Areplay: badgateway check deploy/nginx --only 'dns/silent@GET https://shop.test/'
::warning file=deploy/nginx.conf,line=12,col=5,title=keeps-headers (RFC 6797 7.2) on 2 routes` +
		`::wished that the gateway keeps HSTS on its own pages, but the 502 has none` +
		`%0Aseen: crash/refused@GET https://shop.test/, crash/refused@POST https://shop.test/api/pay` +
		`%0Aclient: 502 after 60.002 s = proxy_read_timeout 60s; attempts at the upstream: 1` +
		`%0Adecided by: add_header Strict-Transport-Security max-age=63072000; (deploy/nginx.conf:12:5)` +
		`%0Atry: add always` +
		`%0Areplay: badgateway check deploy/nginx --only 'crash/refused@GET https://shop.test/'
`
	got := rendered(t, report.GitHub("/repo", "/repo"), shop())
	if first, rest, _ := strings.Cut(got, "::warning file=deploy/nginx.conf,line=20"); first != want || strings.Count(rest, "\n") != 1 {
		t.Errorf("the commands are\n%s\nwant\n%s\nand one of line 20", got, want)
	}
}

func TestEachLevelHasItsVerdict(t *testing.T) {
	note := with(played("slow/never", "GET https://shop.test/"), func(c *harness.Cell) {
		c.Findings = []harness.Finding{{Strength: harness.Note, Check: "logs a cause", Saw: "none"}}
	})
	doubtful := with(repeated(), func(c *harness.Cell) { // nothing is proven, so no payment was either
		c.Verdict, c.Reason = harness.Inconclusive, "the step was not reached"
	})
	for name, c := range map[string]struct {
		cell          harness.Cell
		level, saying string
	}{
		"a rule that fails":           {repeated(), "error", "sent three times"},
		"a scenario's check":          {failed(), "error", "the client saw 502 Bad Gateway"},
		"a failure without a finding": {with(failed(), func(c *harness.Cell) { c.Findings = nil }), "error", "it should be a 504"},
		"a rule that warns":           {warned("GET https://shop.test/", 3), "warning", "the 502 has none"},
		"doubt":                       {doubtful, "warning", "the step was not reached"},
		"a note":                      {note, "notice", "logs a cause, but none"},
	} {
		got := annotated(t, aCheck(c.cell))
		if len(got) == 0 || got[0].name != c.level || !strings.Contains(got[0].data, c.saying) {
			t.Errorf("%s is annotated as %+v", name, got)
		}
		if name == "doubt" && len(got) != 1 {
			t.Errorf("what was not proven is annotated: %+v", got)
		}
	}
	unsupported := with(warned("x", 3), func(c *harness.Cell) { c.Verdict = harness.Unsupported })
	if got := annotated(t, aCheck(played("a/b", "x"), unsupported)); len(got) != 0 {
		t.Errorf("what is well, or was not played, is annotated: %+v", got)
	}
}

// GitHub drops an eleventh annotation without a word.
func TestTheTenthSaysHowManyMore(t *testing.T) {
	for _, n := range []int{9, 10, 11, 40} {
		got := annotated(t, aCheck(append(many(n), repeated())...))
		if want := min(n, 10) + 1; len(got) != want || got[0].name != "error" {
			t.Fatalf("%d warnings and an error are %d annotations, want %d, the error first", n, len(got), want)
		}
		last, told := got[len(got)-1], fmt.Sprintf("%d more of level warning", n-9)
		if more := n > 10; (last.properties["title"] == told) != more {
			t.Errorf("of %d warnings the last has the title %q", n, last.properties["title"])
		}
	}
}

// What concerns more cells comes first, so that what is left out is the rarest.
func TestTheWorstIsFirst(t *testing.T) {
	cells := append(many(15), warned("GET https://shop.test/a", 7), warned("GET https://shop.test/b", 7))
	if got := annotated(t, aCheck(cells...)); got[0].properties["line"] != "7" {
		t.Errorf("the first is %+v", got[0])
	}
}

func TestFilesAreSeenFromTheRepository(t *testing.T) {
	for _, c := range []struct{ root, dir, file, want string }{
		{"/repo", "/repo", "deploy/nginx.conf", "deploy/nginx.conf"},
		{"/repo", "/repo", "./deploy/../nginx.conf", "nginx.conf"},
		{"/repo", "/repo/deploy", "nginx.conf", "deploy/nginx.conf"},
		{"/repo", "/repo/deploy", "../nginx.conf", "nginx.conf"},
		{"/repo", "/repo", "/repo/deploy/nginx.conf", "deploy/nginx.conf"},
		{"/repo", "/repo", "..conf/nginx.conf", "..conf/nginx.conf"},
		{"/repo/deploy", "/repo", "deploy/nginx.conf", "deploy/nginx.conf"},
		{"/elsewhere", "/repo", "deploy/nginx.conf", "deploy/nginx.conf"},
		{"", "/repo", "deploy/nginx.conf", "deploy/nginx.conf"},
		{"/repo", "/repo", "/etc/nginx/nginx.conf", ""},
		{"/repo", "/repo", "/repository/nginx.conf", ""},
		{"/repo", "/repo", "../nginx.conf", ""},
		{"/repo", "/repo", "a,b:c%0A/nginx.conf", "a,b:c%0A/nginx.conf"},
	} {
		cell := with(repeated(), func(cell *harness.Cell) { cell.Findings[1].At.File = c.file })
		got := runnerReads(rendered(t, report.GitHub(c.root, c.dir), aCheck(cell)))[0]
		if _, has := got.properties["line"]; got.properties["file"] != c.want || has != (c.want != "") {
			t.Errorf("%s from %s below %s: %v", c.file, c.dir, c.root, got.properties)
		}
	}
}

// commandLines are what a gateway may log to be obeyed by who runs the harness.
var commandLines = []string{
	"x\n::stop-commands::x", "::stop-commands::x", " ::add-mask::e", "%0A::stop-commands::x", "x\r::debug::x",
	"a,line=1::x", "##[add-mask]e", "word ::stop-commands::x word ::add-mask::e " + strings.Repeat("long ", 30) + "::add-mask::e",
}

func TestHostileTextBeginsNoCommand(t *testing.T) {
	for _, s := range commandLines {
		hostileOutputs(t, s)
		for _, of := range []func(string) report.Run{hostileRun, hostileCheck} {
			got, want := annotated(t, of(s)), annotated(t, of("plain"))
			if len(got) != len(want) {
				t.Errorf("%q: %d commands, want %d", s, len(got), len(want))
			}
			for i, c := range got {
				if c.name != want[i].name || len(c.properties) != len(want[i].properties) {
					t.Errorf("%q: command %d is %+v, want the like of %+v", s, i, c, want[i])
				}
			}
		}
	}
}

// What is escaped is read as it was, so nothing that only looks escaped is unescaped.
func TestTextsAreReadAsTheyWere(t *testing.T) {
	for _, s := range append(commandLines[1:4:4], "100%", "%25", "%253A", "a,b:c=d::e") {
		got := annotated(t, aCheck(with(repeated(), func(c *harness.Cell) { c.Findings[1].Rule, c.Findings[1].Saw = s, s })))[0]
		if !strings.HasPrefix(got.properties["title"], strings.TrimSpace(s)+" (RFC 9110") || !strings.Contains(got.data, ", but "+s+"\n") {
			t.Errorf("%q is read as %q and %q", s, got.properties["title"], got.data)
		}
	}
}

// The same rule at the same line is one annotation, whatever was seen of it.
func TestARuleAtALineIsOneAnnotation(t *testing.T) {
	other := with(warned("GET https://shop.test/b", 7), func(c *harness.Cell) { c.ID, c.Findings[1].Saw = "slow/never", "the 504 has none" })
	got := annotated(t, aCheck(warned("GET https://shop.test/a", 7), other))
	if len(got) != 1 || got[0].properties["title"] != "keeps-headers (RFC 6797 7.2) on 2 routes" {
		t.Errorf("the commands are %+v", got)
	}
}

func TestARunThatEndedEarlyIsAnnotated(t *testing.T) {
	r := aCheck(played("slow/never", "GET https://shop.test/"))
	r.Planned, r.Trouble = 6, "interrupted (SIGINT)"
	got := annotated(t, r)
	if len(got) != 1 || got[0].name != "error" || got[0].data != "ended early, with 1 of 6 cells judged: interrupted (SIGINT)" {
		t.Errorf("the commands are %+v", got)
	}
}

func TestLongTextsAreCut(t *testing.T) {
	got := annotated(t, aCheck(with(repeated(), func(c *harness.Cell) {
		c.Route, c.Findings[1].Saw = strings.Repeat("r", 1000), strings.Repeat("s", 100_000)
	})))[0]
	if len(got.properties["title"]) > 255 || len(got.data) > 64<<10 || len(got.data) < 1000 {
		t.Errorf("the title has %d bytes, the message %d", len(got.properties["title"]), len(got.data))
	}
}
