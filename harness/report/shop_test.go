package report_test

import (
	"fmt"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/report"
)

const conf = "deploy/nginx.conf"

func at(line, column int, says string) *harness.Position {
	return &harness.Position{File: conf, Line: line, Column: column, Says: says}
}

// played is a cell of a route of the configuration of shop.test.
func played(id, route string) harness.Cell {
	return with(dropped(), func(c *harness.Cell) {
		c.ID, c.Route, c.Folklore = id, route, ""
		c.Seconds, c.Time = 60.002, "proxy_read_timeout 60s"
		c.At = at(41, 9, "proxy_read_timeout 60s;")
		c.Decided = "proxy_read_timeout 60s (" + conf + ":41:9)"
	})
}

// repeated is a payment that was made three times over.
func repeated() harness.Cell {
	return with(played("slow/never", "POST https://shop.test/api/pay"), func(c *harness.Cell) {
		c.Verdict, c.Reason, c.Attempts, c.Seconds, c.Time = harness.Fail, "one attempt expected, 3 seen", 3, 180.004, "3 x proxy_read_timeout 60s"
		c.While, c.Receipt = "upstreams never answer", `3 connections, step "hold" x3`
		c.Findings = append(c.Findings, harness.Finding{
			Check: "sends a payment once", Saw: "the payment was sent three times", Rule: "no-repeat", Cite: "RFC 9110 9.2.2",
			At: at(44, 9, "proxy_next_upstream error timeout non_idempotent;"), Try: "remove non_idempotent",
		})
	})
}

// warned is a cell on which a rule of headers does not hold.
func warned(route string, line int) harness.Cell {
	return with(played("crash/refused", route), func(c *harness.Cell) {
		c.Status, c.Verdict, c.Reason = 502, harness.Warn, "wished that the gateway keeps HSTS"
		c.Findings = append(c.Findings, harness.Finding{
			Strength: harness.Should, Check: "keeps HSTS on its own pages", Saw: "the 502 has none", Rule: "keeps-headers", Cite: "RFC 6797 7.2",
			At: at(line, 5, "add_header Strict-Transport-Security max-age=63072000;"), Try: "add always",
		})
	})
}

// aCheck is a run that a configuration was checked by.
func aCheck(cells ...harness.Cell) report.Run {
	r := aRun(cells...)
	r.Reference, r.Runtime, r.Check = "nginx", "local", []string{"badgateway", "check", "deploy/nginx"}
	r.Summary.Source = "the distribution's package"
	return r
}

// shop is a small configuration's check: a failure, a warning on three routes, a doubt.
func shop() report.Run {
	doubt := with(played("dns/silent", "GET https://shop.test/"), func(c *harness.Cell) {
		c.Verdict, c.Reason, c.At, c.Decided, c.Time = harness.Inconclusive, "the query was not seen", nil, "", ""
	})
	r := aCheck(played("slow/never", "GET https://shop.test/"), warned("GET https://shop.test/", 12), doubt,
		repeated(), warned("POST https://shop.test/api/pay", 12), warned("GET https://shop.test/api/", 20))
	r.Coverage = report.Coverage{
		Told: "3 of 4 ways were played", Covered: 3, Ways: 4,
		Unreached: []report.Uncovered{{Where: conf + ":70:9", What: "proxy_pass http://old;", Why: "its location is internal"}},
		NotRun:    []report.Left{{Fault: "dns/nxdomain", Route: "GET https://shop.test/", Why: "the name is resolved once"}},
		Gaps:      []report.Gap{{Path: "/etc/nginx/lua/auth.lua", What: "an empty file", Where: conf + ":9:3"}},
		Dropped:   []report.Uncovered{{Where: conf + ":7:3", What: "brotli on;", Why: "brotli was left out"}},
		Skipped:   []report.Left{{Fault: "memory/*", Why: "--skip memory"}},
	}
	return r
}

// many are so many warnings, each at a line of its own.
func many(n int) (cells []harness.Cell) {
	for i := range n {
		cells = append(cells, warned(fmt.Sprintf("GET https://shop.test/%d", i), 100+i))
	}
	return cells
}
