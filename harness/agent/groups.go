package agent

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// GroupsMounted is where every distribution mounts its control groups.
const GroupsMounted = "/sys/fs/cgroup"

// MemoryGroup is where a control group may be that counts a process's memory.
type MemoryGroup struct {
	Dir     string
	Version int // of the tree, 1 or 2
}

// MemoryGroups reads /proc/self/cgroup (cgroups(7)). In a container the path of the group is
// the engine's, and the group is what is mounted: so there are two places for each.
func MemoryGroups(text string) (found []MemoryGroup) {
	for line := range strings.Lines(text) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		switch {
		case len(parts) != 3:
		case parts[0] == "0":
			found = append(found, MemoryGroup{filepath.Join(GroupsMounted, parts[2]), 2}, MemoryGroup{GroupsMounted, 2})
		case slices.Contains(strings.Split(parts[1], ","), "memory"):
			at := filepath.Join(GroupsMounted, "memory")
			found = append(found, MemoryGroup{filepath.Join(at, parts[2]), 1}, MemoryGroup{at, 1})
		}
	}
	return found
}

// Counts says whether memory is counted there: with version 2 it is where the controller is
// one of the group's.
func (g MemoryGroup) Counts() bool {
	if g.Version == 1 {
		return true
	}
	controllers, err := os.ReadFile(filepath.Join(g.Dir, "cgroup.controllers"))
	return err == nil && slices.Contains(strings.Fields(string(controllers)), "memory")
}

// OOMFile is where the group counts the processes that were killed for want of memory.
func (g MemoryGroup) OOMFile() string {
	if g.Version == 1 {
		return filepath.Join(g.Dir, "memory.oom_control")
	}
	return filepath.Join(g.Dir, "memory.events")
}
