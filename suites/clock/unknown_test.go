//go:build linux

package clock_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/local"
	"github.com/badgateway/badgateway/harness/nginx"
	"github.com/badgateway/badgateway/scenarios"
)

// waiter passes for NGINX, and waits by a timer of timer_create(2).
const waiter = `#!/bin/sh
[ "$1" = -V ] && { echo nginx version: nginx/1.22.1 >&2; exit; }
exec timeout 1d sleep 1d
`

// What a lab would say with a wait that nobody follows is a guess, so it says nothing but by which
// call that was.
func TestAWaitThatCannotBeFollowedEndsTheLab(t *testing.T) {
	rt, err := local.New(local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	available(t, rt)
	path := filepath.Join(t.TempDir(), "nginx")
	if err := os.WriteFile(path, []byte(waiter), 0o755); err != nil {
		t.Fatal(err)
	}
	sum, err := harness.Run(t.Context(), harness.Plan{
		Runtime: rt, Gateway: nginx.Reference("bin:" + path), Scenarios: scenarios.All()[:1], Clock: harness.VirtualClock,
	})
	said := ""
	if err != nil {
		said = err.Error()
	}
	for _, c := range sum.Cells {
		said += c.Reason
		if c.Verdict != harness.Inconclusive {
			t.Errorf("%s: %v", c.ID, c.Verdict)
		}
	}
	if !strings.Contains(said, "timer_settime") {
		t.Errorf("it says %q", said)
	}
}
