package report_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/report"
)

func TestTextOfAShop(t *testing.T) {
	want := `GET https://shop.test/
  verdict       fault          status  time                               attempts  decided by
  pass          slow/never     504     60.002 s = proxy_read_timeout 60s  1         proxy_read_timeout 60s (deploy/nginx.conf:41:9)
  warn          crash/refused  502     60.002 s = proxy_read_timeout 60s  1         proxy_read_timeout 60s (deploy/nginx.conf:41:9)
  inconclusive  dns/silent     504     60.002 s                           1

POST https://shop.test/api/pay
  verdict  fault          status  time                                    attempts  decided by
  fail     slow/never     504     180.004 s = 3 x proxy_read_timeout 60s  3         proxy_read_timeout 60s (deploy/nginx.conf:41:9)
  warn     crash/refused  502     60.002 s = proxy_read_timeout 60s       1         proxy_read_timeout 60s (deploy/nginx.conf:41:9)

GET https://shop.test/api/
  verdict  fault          status  time                               attempts  decided by
  warn     crash/refused  502     60.002 s = proxy_read_timeout 60s  1         proxy_read_timeout 60s (deploy/nginx.conf:41:9)

warn  keeps-headers (RFC 6797 7.2): on 3 routes, wished that the gateway keeps HSTS on its own pages, but the 502 has none
  deploy/nginx.conf:12:5  add_header Strict-Transport-Security max-age=63072000;
  deploy/nginx.conf:20:5  add_header Strict-Transport-Security max-age=63072000;
  seen                    crash/refused@GET https://shop.test/, crash/refused@POST https://shop.test/api/pay, crash/refused@GET https://shop.test/api/
  try                     add always
  replay                  badgateway check deploy/nginx --only 'crash/refused@GET https://shop.test/'

covered: 3 of 4 ways were played
  unreached   proxy_pass http://old; (deploy/nginx.conf:70:9): its location is internal
  left out    brotli on; (deploy/nginx.conf:7:3): brotli was left out
  made up     /etc/nginx/lua/auth.lua (deploy/nginx.conf:9:3): an empty file
  not played  dns/nxdomain (GET https://shop.test/): the name is resolved once
  skipped     memory/*: --skip memory

INCONCLUSIVE  dns/silent  on  GET https://shop.test/  the query was not seen; client: 504 after 60.002 s
  injected  SYNs are dropped by a firewall
  seen      the firewall's rule met 2 packets: drop
  client    504 after 60.002 s; attempts at the upstream: 1; the gateway calls it connection_timeout
  log       upstream timed out (110)
  replay    badgateway check deploy/nginx --only 'dns/silent@GET https://shop.test/'

FAIL  slow/never  on  POST https://shop.test/api/pay  one attempt expected, 3 seen; client: 504 after 180.004 s
  deploy/nginx.conf:44:9      proxy_next_upstream error timeout non_idempotent;
  deploy/nginx.conf:41:9      proxy_read_timeout 60s;
  injected                    upstreams never answer
  seen                        3 connections, step "hold" x3
  client                      504 after 180.004 s = 3 x proxy_read_timeout 60s; attempts at the upstream: 3; the gateway calls it connection_timeout
  no-repeat (RFC 9110 9.2.2)  expected that the gateway sends a payment once, but the payment was sent three times
  try                         remove non_idempotent
  log                         upstream timed out (110)
  replay                      badgateway check deploy/nginx --only 'slow/never@POST https://shop.test/api/pay'

6 cells on nginx 1.26.3 in local (the distribution's package): 1 fail, 1 inconclusive, 3 warn, 1 pass
time: start 0.9 s, play 2.2 s (longest firewall/dropped: inject 0.1 s, wait 1.1 s, revert 0.2 s), stop 0.1 s
`
	if got := rendered(t, report.Text(report.Style{}), shop()); got != want {
		t.Errorf("it says\n%s\nwant\n%s", got, want)
	}
}

func TestQuietAndVerboseOfAShop(t *testing.T) {
	quiet := rendered(t, report.Text(report.Style{Quiet: true}), shop())
	if strings.Contains(quiet, "  pass  ") || !strings.Contains(quiet, "  fail     slow/never") {
		t.Errorf("quiet tells of what passes, or not of what fails:\n%s", quiet)
	}
	says(t, rendered(t, report.Text(report.Style{Verbose: true}), shop()), "\nPASS  slow/never  on  GET https://shop.test/  client: 504 after 60.002 s\n",
		"the gateway answers 504 Gateway Timeout: it does\n")
	well := rendered(t, report.Text(report.Style{Quiet: true}), aCheck(played("slow/never", "GET https://shop.test/")))
	if strings.Contains(well, "shop.test") {
		t.Errorf("quiet shows a route on which all is well:\n%s", well)
	}
}

// All but the commands to copy and names that are words. What is too wide for the table is
// left out of it: the blocks have it.
func TestEveryLineOfAShopFits(t *testing.T) {
	for _, width := range []int{60, 80, 120} {
		text := rendered(t, report.Text(report.Style{Width: width}), shop())
		for line := range strings.Lines(text) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > width && !strings.Contains(line, "badgateway check") {
				t.Errorf("%d columns of %d: %q", n, width, line)
			}
		}
		says(t, text, "  badgateway check deploy/nginx --only 'slow/never@POST https://shop.test/api/pay'\n")
		says(t, strings.Join(strings.Fields(text), " "), "client 504 after 180.004 s = 3 x proxy_read_timeout 60s; attempts")
	}
}

func TestReplayOfACheckIsAShellsCommand(t *testing.T) {
	for _, c := range []struct {
		check []string
		route string
		want  string
	}{
		{[]string{"badgateway", "check", "deploy/nginx"}, "GET https://shop.test/", "badgateway check deploy/nginx --only 'slow/never@GET https://shop.test/'\n"},
		{[]string{"badgateway", "check", "my conf", "--gateway", "nginx@1.26"}, "GET https://shop.test/it's?a=$b",
			`badgateway check 'my conf' --gateway nginx@1.26 --only 'slow/never@GET https://shop.test/it'\''s?a=$b'` + "\n"},
	} {
		r := aCheck(with(repeated(), func(cell *harness.Cell) { cell.Route = c.route }))
		r.Check = c.check
		says(t, rendered(t, report.Text(report.Style{Width: 60}), r), "  "+c.want)
		says(t, rendered(t, report.Summary, r), "```sh\n"+c.want+"```\n")
	}
	r := aCheck(repeated())
	r.Check = nil
	if text := rendered(t, report.Text(report.Style{}), r); strings.Contains(text, "replay") {
		t.Errorf("it says how to replay what nobody said how to play:\n%s", text)
	}
}

// A rule that does not hold on one route does not on most, each with a line of its own.
func TestARuleIsToldOnce(t *testing.T) {
	text := rendered(t, report.Text(report.Style{}), aCheck(many(40)...))
	if n := strings.Count(text, "\nwarn  keeps-headers"); n != 1 {
		t.Errorf("the rule is told %d times", n)
	}
	says(t, text, "keeps-headers (RFC 6797 7.2): on 40 routes, ", "  deploy/nginx.conf:104:5  add_header", "  ...                      35 places more\n",
		"crash/refused@GET https://shop.test/4, 35 more\n")
	if strings.Contains(text, ":105:5  add") {
		t.Errorf("it shows more lines than one reads:\n%s", text)
	}
}

func TestUnsupportedCellsOfARouteSayWhy(t *testing.T) {
	c := with(played("memory/out", "GET https://shop.test/"), func(c *harness.Cell) {
		c.Verdict, c.Outcome, c.Status, c.Reason = harness.Unsupported, "", 0, "no control groups"
	})
	says(t, rendered(t, report.Text(report.Style{}), aCheck(c)), "unsupported  memory/out  -       -     -         no control groups\n",
		"  unsupported  memory/out (GET https://shop.test/): no control groups\n")
	says(t, rendered(t, report.Summary, aCheck(c)), "| <code>memory/out</code> | <code>GET https&#58;//shop.test/</code> | no control groups |")
}

func TestWishesOfScenariosAreToldApart(t *testing.T) {
	wish := func(id, route, check string) harness.Cell {
		return with(played(id, route), func(c *harness.Cell) {
			c.Verdict, c.Findings = harness.Warn, []harness.Finding{{Strength: harness.Should, Check: check, Saw: "it is silent"}}
		})
	}
	text := rendered(t, report.Text(report.Style{}), aCheck(wish("a/b", "GET /1", "calls it x"), wish("a/b", "GET /2", "calls it x"),
		wish("a/b", "GET /1", "calls it y"), wish("a/c", "GET /1", "calls it x"), warned("GET /1", 7)))
	says(t, text, "warn  a/b: on 2 routes, wished that the gateway calls it x, but it is silent\n",
		"warn  a/b: on GET /1, wished that the gateway calls it y", "warn  a/c: on GET /1, wished that the gateway calls it x",
		"warn  keeps-headers (RFC 6797 7.2): on GET /1, ")
}
