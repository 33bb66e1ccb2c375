package local

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// limitedRuntime is a runtime whose labs' memory can be limited.
func limitedRuntime(t *testing.T) *Runtime {
	t.Helper()
	r := runtimeFor(t)
	if err := r.Supports(t.Context(), harness.LimitedMemory); err != nil {
		if os.Getenv("CI") != "" && os.Getuid() == 0 {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED, NOTHING WAS TESTED: %v", err)
	}
	return r
}

// ourGroups are the control groups that there are of us.
func ourGroups(t *testing.T) []string {
	t.Helper()
	own, version, err := ownGroup()
	if err != nil {
		t.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(groupsPlace(own, version), groupPrefix+"*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// A lab's memory is limited while it stands, and nothing of that is left after.
func TestMemoryIsLimitedByAGroupThatGoes(t *testing.T) {
	r := limitedRuntime(t)
	const limit = 100 << 20
	l, err := r.start(t.Context(), agent.Root{System: "/"}, limit)
	if err != nil {
		t.Fatal(err)
	}
	defer l.destroy()
	group := ""
	for _, dir := range ourGroups(t) {
		if strings.HasSuffix(dir, groupPrefix+strconv.Itoa(l.cmd.Process.Pid)) {
			group = dir
		}
	}
	if group == "" {
		t.Fatalf("the keeper %d has no group among %v", l.cmd.Process.Pid, ourGroups(t))
	}
	for _, file := range []string{limitV1, limitV2} {
		if text, err := os.ReadFile(filepath.Join(group, file)); err == nil && strings.TrimSpace(string(text)) != strconv.Itoa(limit) {
			t.Errorf("%s is %s", file, text)
		}
	}
	in, err := os.ReadFile(filepath.Join(group, procs))
	if err != nil || len(strings.Fields(string(in))) != 1 {
		t.Errorf("in the group are the processes %q, %v; want the agent alone", in, err)
	}
	if err := l.destroy(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(group); !os.IsNotExist(err) {
		t.Errorf("the group is still there: %v", err)
	}
}

// A keeper outlives its harness long enough to clean up. That the harness ended it feels by
// the end of its pipe, which a test can close as well.
func TestAKeeperCleansUpAfterItsHarness(t *testing.T) {
	r := limitedRuntime(t)
	l, err := r.start(t.Context(), agent.Root{System: "/"}, 100<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer l.destroy()
	if err := l.agent.Launch(t.Context(), agent.Launch{Root: agent.Root{System: agent.SystemFolder}, Args: []string{"/bin/sleep", "1000"}}); err != nil {
		t.Fatal(err)
	}
	l.life[1].Close()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	select {
	case <-l.agent.Done():
	case <-ctx.Done():
		t.Fatal("the agent lives")
	}
	if err := l.destroy(); err != nil {
		t.Error(err)
	}
	for _, dir := range ourGroups(t) {
		if strings.HasSuffix(dir, groupPrefix+strconv.Itoa(l.cmd.Process.Pid)) {
			t.Errorf("%s is left", dir)
		}
	}
}

// What a keeper that was killed left, the next one takes away; what is in use stays.
func TestForgottenGroupsAreTakenAway(t *testing.T) {
	r := limitedRuntime(t)
	own, version, err := ownGroup()
	if err != nil {
		t.Fatal(err)
	}
	nobodys := filepath.Join(groupsPlace(own, version), groupPrefix+"4194305") // above any process id (proc(5), pid_max)
	if err := os.Mkdir(nobodys, 0o755); err != nil {
		t.Fatal(err)
	}
	defer unix.Rmdir(nobodys)
	l, err := r.start(t.Context(), agent.Root{System: "/"}, 100<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer l.destroy()
	if _, err := os.Stat(nobodys); !os.IsNotExist(err) {
		t.Errorf("what was forgotten is still there: %v", err)
	}
	second, err := r.start(t.Context(), agent.Root{System: "/"}, 100<<20)
	if err != nil {
		t.Fatal(err)
	}
	defer second.destroy()
	if err := l.agent.Try(t.Context(), agent.AbilityNftables); err == nil || strings.Contains(err.Error(), "gone") {
		t.Errorf("the first lab: %v", err)
	}
}
