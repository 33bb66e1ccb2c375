package agent

import (
	"slices"
	"testing"
)

// Where the kernel counts is found by the process's own groups, on any kind of machine.
func TestWhereOOMKillsAreCounted(t *testing.T) {
	for name, c := range map[string]struct {
		groups string
		want   []string
	}{
		"version 2": {"0::/user.slice/lab\n", []string{"/sys/fs/cgroup/user.slice/lab/memory.events", "/sys/fs/cgroup/memory.events"}},
		"version 1": {"5:cpu,cpuacct:/x\n4:memory:/lab\n1:name=systemd:/y\n", []string{"/sys/fs/cgroup/memory/lab/memory.oom_control", "/sys/fs/cgroup/memory/memory.oom_control"}},
		"both, memory in version 1": {"4:memory:/lab\n0::/\n", []string{
			"/sys/fs/cgroup/memory/lab/memory.oom_control", "/sys/fs/cgroup/memory/memory.oom_control", "/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory.events"}},
		"version 1, two controllers": {"4:cpu,memory:/lab\n", []string{"/sys/fs/cgroup/memory/lab/memory.oom_control", "/sys/fs/cgroup/memory/memory.oom_control"}},
		"no memory":                  {"3:cpu:/\n", nil},
		"nonsense":                   {"who\nknows:x\n", nil},
	} {
		var got []string
		for _, g := range MemoryGroups(c.groups) {
			got = append(got, g.OOMFile())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
