//go:build linux

package check_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/badgateway/badgateway/harness/report"
)

// What a directive decides is noticed where it is altered, and what none of the cells can tell is
// named: with the cell that would, or as a timeout that decides nothing.
func TestWhichAlterationsAreNoticed(t *testing.T) {
	t.Parallel()
	needsLabs(t)
	dir := lay(t, `
-- nginx.conf --
events {}
http {
    server_tokens off;
    proxy_read_timeout 20s;
    proxy_send_timeout 40s;
    proxy_buffering on;
    server {
        listen 80;
        server_name shop.test;
        location / { proxy_pass http://app.internal:9000; proxy_connect_timeout 6s; }
    }
}
`)
	before := textOf(t, filepath.Join(dir, "nginx.conf"))
	s := checked(t, dir, "nginx.conf", "--mutate", "--faults", "slow/never,firewall/syn-dropped,crash/refused", "--report", "json=report.json", "--report", "text=-")
	s.exits(t, 0)
	var got struct{ Mutations []report.Mutation }
	text, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	const on = "@GET http://shop.test/"
	noticed := map[string]string{
		"server_tokens on": "crash/refused" + on, "proxy_read_timeout 10s": "slow/never" + on, "proxy_read_timeout 40s": "slow/never" + on,
		"proxy_connect_timeout 3s": "firewall/syn-dropped" + on, "proxy_connect_timeout 12s": "firewall/syn-dropped" + on,
		"proxy_send_timeout 20s": "", "proxy_send_timeout 80s": "", "proxy_buffering off": "",
	}
	if len(got.Mutations) != len(noticed) {
		t.Errorf("%d alterations, want %d", len(got.Mutations), len(noticed))
	}
	for _, m := range got.Mutations {
		by, known := noticed[m.To]
		if !known || m.Noticed != by && (by == "" || m.To != "server_tokens on" || m.Noticed == "") || m.Refused {
			t.Errorf("%+v, want it noticed by %q", m, by)
		}
	}
	says(t, s.stdout, `mutations: 5 of 8 alterations are noticed \(62%\)`)
	says(t, s.stdout, `nginx.conf:6:5 +proxy_buffering on; -> proxy_buffering off: no cell notices; \S+/\S+@GET http://shop.test/\s+would`)
	if after := textOf(t, filepath.Join(dir, "nginx.conf")); after != before {
		t.Errorf("the configuration is\n%s", after)
	}
}
