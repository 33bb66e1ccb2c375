package check

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/scenarios"
)

// ordinary has a route to one server, one to a name, and one to a pool that bears grudges. That has
// no turns, with which a row would go on.
const ordinary = `events {}
http {
	resolver 10.0.0.2;
	resolver_timeout 5s;
	proxy_read_timeout 20s;
	upstream shop { server 10.1.0.1:8080; server 10.1.0.2:8080 backup; keepalive 4; }
	server {
		listen 80;
		server_name shop.test;
		set $late late.internal;
		location / { proxy_pass http://shop; }
		location /api/ { proxy_pass http://10.1.0.3:9000; proxy_buffering off; }
		location /late/ { proxy_pass http://$late:9000; }
	}
}
`

// What follows another in a lab comes out as it does in a lab of its own: by that the cells of an
// altered configuration are held against those of the one that was checked.
func TestRowsTellWhatLabsOfTheirOwnDo(t *testing.T) {
	rt := runtimeFor(t)
	if err := rt.Supports(t.Context(), harness.VirtualTime); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED, NOTHING WAS TESTED: %v", err)
	}
	path := filepath.Join(t.TempDir(), "nginx.conf")
	if err := os.WriteFile(path, []byte(ordinary), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Find(t.Context(), rt, func(string) {}); err != nil {
		t.Fatal(err)
	}
	some := slices.DeleteFunc(scenarios.All(), func(s harness.Scenario) bool {
		all := []harness.Cause{harness.Crash, harness.Slow, harness.Malformed} // what is known of a name goes on in a row
		return !s.Portable() || s.Kernel().By != "" || !slices.Contains(all, s.Fault.Cause)
	})
	plan, err := s.Plan(Wish{
		Faults:  some,
		Virtual: true, Budgets: DefaultBudgets,
		Strength: func(string) (harness.Strength, bool) { return harness.Should, false },
		Skip:     func(string, string) (string, bool) { return "", false },
	})
	if err != nil {
		t.Fatal(err)
	}
	told := func(inRows bool) map[string]string {
		sum, err := harness.Run(t.Context(), harness.Plan{
			Runtime: rt, Gateway: s.Gateway(), Scenarios: plan.Play, Clock: harness.VirtualClock, InRows: inRows,
		})
		if err != nil {
			t.Fatal(err)
		}
		all := map[string]string{}
		for _, c := range sum.Cells {
			if c.Verdict == harness.Inconclusive {
				t.Errorf("in rows: %v: %s is in doubt: %s", inRows, c.Key(), c.Reason)
			}
			all[c.Key()] = harness.Record{}.Became(c.Record())
		}
		return all
	}
	alone, rows := told(false), told(true)
	if len(alone) < 100 || len(rows) != len(alone) {
		t.Fatalf("%d cells, and %d in rows", len(alone), len(rows))
	}
	for _, key := range slices.Sorted(maps.Keys(alone)) {
		if alone[key] != rows[key] {
			t.Errorf("%s\nin a lab of its own: %s\nin a row:           %s", key, alone[key], rows[key])
		}
	}
}
