package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
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

// groupOf is the group that holds the one child of a lab's keeper, the agent, and nothing else.
func groupOf(t *testing.T, l *lab) string {
	t.Helper()
	keeper := l.cmd.Process.Pid
	children, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", keeper))
	if err != nil {
		t.Fatal(err)
	}
	agents := ""
	for _, file := range children {
		text, _ := os.ReadFile(file)
		agents += string(text)
	}
	for _, dir := range ourGroups(t) {
		if in, err := os.ReadFile(filepath.Join(dir, procs)); err == nil && strings.TrimSpace(string(in)) == strings.TrimSpace(agents) {
			return dir
		}
	}
	t.Fatalf("no group of %v holds the agent %q of the keeper %d alone", ourGroups(t), agents, keeper)
	return ""
}

// A lab's memory is limited while it stands, and nothing of that is left after.
func TestMemoryIsLimitedByAGroupThatGoes(t *testing.T) {
	r := limitedRuntime(t)
	const limit = 100 << 20
	l := standing(t, r, limit)
	group := groupOf(t, l)
	limits := 0
	for _, file := range []string{limitV1, swapLimitV1, limitV2} {
		if text, err := os.ReadFile(filepath.Join(group, file)); err == nil {
			limits++
			if strings.TrimSpace(string(text)) != strconv.Itoa(limit) {
				t.Errorf("%s is %s", file, text)
			}
		}
	}
	if limits == 0 {
		t.Error("nothing is limited")
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
	l := standing(t, r, 100<<20)
	group := groupOf(t, l)
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
	if _, err := os.Stat(group); !os.IsNotExist(err) {
		t.Errorf("%s is left", group)
	}
}

// What a keeper that was killed left, the next one takes away; what is in use stays.
func TestForgottenGroupsAreTakenAway(t *testing.T) {
	r := limitedRuntime(t)
	own, version, err := ownGroup()
	if err != nil {
		t.Fatal(err)
	}
	nobodys, err := os.MkdirTemp(groupsPlace(own, version), groupPrefix)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Rmdir(nobodys)
	l := standing(t, r, 100<<20)
	if _, err := os.Stat(nobodys); !os.IsNotExist(err) {
		t.Errorf("what was forgotten is still there: %v", err)
	}
	standing(t, r, 100<<20) // another looks for what was forgotten, and finds the first in use
	if err := l.agent.Try(t.Context(), agent.AbilityNftables); err == nil || strings.Contains(err.Error(), "gone") {
		t.Errorf("the first lab: %v", err)
	}
}

// Each keeper looks for what is forgotten while others make their groups: none may lose its
// own to another's tidiness.
func TestGroupsAreMadeSideBySide(t *testing.T) {
	limitedRuntime(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				g, err := makeGroup(100 << 20)
				if err != nil {
					t.Error(err)
					return
				}
				if _, err := os.Stat(g.dir); err != nil {
					t.Error(err)
				}
				if err := g.remove(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

// What a keeper could not take away it says.
func TestAGroupThatStaysIsSaid(t *testing.T) {
	r := limitedRuntime(t)
	l := standing(t, r, 100<<20)
	group := groupOf(t, l)
	inTheWay := filepath.Join(group, "below")
	if err := os.Mkdir(inTheWay, 0o755); err != nil {
		t.Fatal(err)
	}
	defer func() { unix.Rmdir(inTheWay); unix.Rmdir(group) }()
	if err := l.destroy(); err == nil || !strings.Contains(err.Error(), "removing the control group") {
		t.Errorf("it says %v", err)
	}
}

// A setting that a kernel does not have is told from one that may not be changed.
func TestWritingMakesNoFiles(t *testing.T) {
	file := filepath.Join(t.TempDir(), "memory.memsw.limit_in_bytes")
	if err := write(file, 7); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it says %v", err)
	}
}
