package report_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/report"
)

// shown is what a reader sees of a line: its character references read, its tags gone.
func shown(line string) string {
	line = regexp.MustCompile(`</?code>`).ReplaceAllString(line, "")
	return strings.NewReplacer("&#58;", ":", "&#95;", "_", "&#42;", "*", "&#64;", "@", "&#34;", `"`, "&#39;", "'", "&#124;", "|",
		"&lt;", "<", "&gt;", ">", "&#96;", "`", "&amp;", "&").Replace(line)
}

func TestSummaryOfAShop(t *testing.T) {
	text := shown(rendered(t, report.Summary, shop()))
	want := `## badgateway: nginx 1.26.3 in local

6 cells: 1 fail, 1 inconclusive, 3 warn, 1 pass

|   | slow/never | crash/refused | dns/silent |
|---|---|---|---|
| GET https://shop.test/ | 504 | ⚠ 502 | ? 504 |
| POST https://shop.test/api/pay | ✗ 504 | ⚠ 502 |   |
| GET https://shop.test/api/ |   | ⚠ 502 |   |

✗ fails, ⚠ warns, ? is in doubt, – was not played

### ✗ slow/never on POST https://shop.test/api/pay

one attempt expected, 3 seen

` + "```" + `
deploy/nginx.conf:44:9  proxy_next_upstream error timeout non_idempotent;
deploy/nginx.conf:41:9  proxy_read_timeout 60s;
` + "```" + `

- injected: upstreams never answer
- seen: 3 connections, step "hold" x3
- client: 504 after 180.004 s = 3 x proxy_read_timeout 60s; attempts at the upstream: 3; the gateway calls it connection_timeout
- no-repeat (RFC 9110 9.2.2): expected that the gateway sends a payment once, but the payment was sent three times
- try: remove non_idempotent

` + "```" + `
upstream timed out (110)
` + "```" + `

` + "```sh" + `
badgateway check deploy/nginx --only 'slow/never@POST https://shop.test/api/pay'
` + "```" + `

### ? dns/silent on GET https://shop.test/
`
	if !strings.HasPrefix(text, want) {
		t.Errorf("it begins\n%s\nwant\n%s", text, want)
	}
	says(t, text, "### ⚠ keeps-headers (RFC 6797 7.2) on 2 routes\n", "\n- seen: crash/refused@GET https://shop.test/api/\n",
		"### What was covered\n\n3 of 4 ways were played\n\n| not covered | what | where | why |\n|---|---|---|---|\n",
		"| unreached | proxy_pass http://old; | deploy/nginx.conf:70:9 | its location is internal |\n",
		"| made up | /etc/nginx/lua/auth.lua | deploy/nginx.conf:9:3 | an empty file |\n", "| skipped | memory/* |  | --skip memory |\n")
}

// A long table is read more easily than a wide one.
func TestMoreFaultsThanRoutesGoDown(t *testing.T) {
	r := aCheck(played("slow/never", "GET https://shop.test/"), with(repeated(), func(c *harness.Cell) {
		c.ID, c.Route = "slow/late", "GET https://shop.test/"
	}))
	says(t, shown(rendered(t, report.Summary, r)), "|   | GET https://shop.test/ |\n|---|---|\n| slow/never | 504 |\n| slow/late | ✗ 504 |\n")
}

func TestSummaryWithoutRoutes(t *testing.T) {
	r := oneOfEach()
	r.Planned, r.Trouble = 9, "interrupted (SIGINT)"
	says(t, shown(rendered(t, report.Summary, r)), "**ended early, with 5 of 9 cells judged: interrupted (SIGINT)**\n",
		"| pass | firewall/dropped | 502 or 504 | 504 | 1.003 s | proxy_connect_timeout 1s (nginx.conf:23) |\n",
		"| ✗ fail | slow/never | 502 or 504 | 502 |", "### ✗ slow/never\n\nit should be a 504\n",
		"- fail: expected that the gateway answers 504 Gateway Timeout, but the client saw 502 Bad Gateway\n",
		"```sh\nbadgateway run slow/never --gateway nginx@1.26\n```\n",
		"| unsupported | verdict/unsupported |  | because of unsupported |\n")
}

// Faults that a route gives no occasion for are many, and their reasons are few.
func TestWhatWasNotPlayedIsFolded(t *testing.T) {
	r := aCheck(played("slow/never", "GET https://shop.test/"))
	for i := range 7 {
		r.Coverage.NotRun = append(r.Coverage.NotRun, report.Left{Fault: "dns/nxdomain", Route: fmt.Sprint("GET /", i), Why: "no name"})
	}
	r.Coverage.NotRun = append(r.Coverage.NotRun, report.Left{Fault: "dns/nxdomain", Route: "GET /a", Why: "another reason"})
	r.Coverage.Covered, r.Coverage.Ways = 1, 2
	says(t, rendered(t, report.Summary, r), "<code>dns/nxdomain</code> | <code>7 routes</code> | no name |",
		"<code>GET /a</code> | another reason |", "1 of 2 ways through the configuration were played")
}

// Outside of fences and of what is ours, nothing may be left that Markdown or HTML obeys.
func TestHostileTextIsNoMarkup(t *testing.T) {
	noMarkup(t, "```")
	noMarkup(t, "````` ~~~")
	noMarkup(t, "a|b `c` <script>x</script> **d** [e](http://f) \\| @g #h $i$ ```\n# j ~~~ &lt; www.k")
}

func noMarkup(t *testing.T, s string) {
	t.Helper()
	for _, of := range []func(string) report.Run{hostileRun, hostileCheck} {
		fence := ""
		columns := 0
		for line := range strings.Lines(rendered(t, report.Summary, of(s))) {
			line = strings.TrimSuffix(line, "\n")
			ticks := regexp.MustCompile("^`{3,}").FindString(line)
			switch {
			case fence == "" && ticks != "":
				fence = ticks
			case fence != "" && line == fence:
				fence = ""
			case fence != "":
				if len(ticks) >= len(fence) {
					t.Errorf("a fence of %s ends at %q", fence, line)
				}
			case strings.HasPrefix(line, "|"):
				if n := strings.Count(line, "|"); columns != 0 && n != columns {
					t.Errorf("a row of %d bars among some of %d: %q", n, columns, line)
				}
				columns = strings.Count(line, "|")
				fallthrough
			default:
				if rest := regexp.MustCompile(`</?code>|^#+ |^\*\*|\*\*$|&#?\w+;`).ReplaceAllString(line, ""); strings.ContainsAny(rest, "<>`*[]@#$&\\~!") {
					t.Errorf("there is markup in %q", line)
				}
				if !strings.HasPrefix(line, "|") {
					columns = 0
				}
			}
		}
		if fence != "" {
			t.Error("the last fence does not end")
		}
	}
}

// GitHub drops a summary of more than 1024 KiB as a whole.
func TestALongSummaryIsShortenedAndSaysSo(t *testing.T) {
	const enough, limit = 3000, 1 << 20
	var cells []harness.Cell
	for i := range enough {
		cells = append(cells, with(repeated(), func(c *harness.Cell) {
			c.Route += fmt.Sprint(i)
			c.Log = []string{strings.Repeat("\\u", 400)}
		}))
	}
	r := aCheck(append(cells, many(enough)...)...)
	for i := range 2 * enough {
		r.Coverage.Unreached = append(r.Coverage.Unreached, report.Uncovered{Where: fmt.Sprint(i), What: strings.Repeat("*", 40)})
	}
	text := rendered(t, report.Summary, r)
	if len(text) > limit*3/4 || len(text) < limit/4 {
		t.Errorf("it has %d bytes", len(text))
	}
	blocks := strings.Count(text, "### ✗ ")
	says(t, text, fmt.Sprintf("**%d more that fail or are in doubt are left out: ", enough-blocks), "more rows are left out", "more warnings are left out",
		"more that were not covered are left out", "### ⚠ ", "| unreached |")
	if blocks == 0 {
		t.Error("no failure is shown")
	}
	for name, huge := range map[string]func(*report.Run){
		"a reason":         func(r *report.Run) { r.Summary.Cells[0].Reason = strings.Repeat("*", limit) },
		"a fault":          func(r *report.Run) { r.Summary.Cells[0].ID = strings.Repeat("*", limit) },
		"trouble":          func(r *report.Run) { r.Trouble = strings.Repeat("*", limit) },
		"a route":          func(r *report.Run) { r.Summary.Cells[0].Route = strings.Repeat("*", limit) },
		"what was covered": func(r *report.Run) { r.Coverage.Told = strings.Repeat("*", limit) },
	} {
		r := aCheck(repeated())
		huge(&r)
		if n := len(rendered(t, report.Summary, r)); n > limit/2 {
			t.Errorf("with %s that is huge it has %d bytes", name, n)
		}
	}
}
