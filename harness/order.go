package harness

import (
	"cmp"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

// In which order scenarios are played, and how many labs stand at once.

// Footprint is what one lab of a runtime costs the machine that it is on.
type Footprint struct {
	Memory int64         // bytes, while it stands
	Start  time.Duration // of a core's time, to make it and to end it
}

// groups puts scenarios together that can share a lab.
func groups(scenarios []Scenario, capacity int) (groups [][]Scenario) {
	if capacity == 0 {
		capacity = agent.MaxBays
	}
	var shared []Scenario
	for _, s := range scenarios {
		if s.World.Alone {
			groups = append(groups, []Scenario{s})
			continue
		}
		if shared = append(shared, s); len(shared) == capacity {
			groups, shared = append(groups, shared), nil
		}
	}
	if len(shared) > 0 {
		groups = append([][]Scenario{shared}, groups...)
	}
	return groups
}

// longestFirst lets what takes longest begin first, so that a run does not wait for it at
// its end.
func (r *run) longestFirst(groups [][]Scenario) {
	if len(groups) < 2 {
		return
	}
	takes := make(map[string]time.Duration, len(groups))
	for _, g := range groups {
		takes[g[0].ID] = r.takes(g)
	}
	slices.SortStableFunc(groups, func(a, b []Scenario) int { return cmp.Compare(takes[b[0].ID], takes[a[0].ID]) })
}

// takes is how long a group is expected to play, by the policy of its first site: an
// estimate, by which nothing is judged. A configuration that cannot be read says so when
// its lab is opened.
func (r *run) takes(group []Scenario) (longest time.Duration) {
	sites := sitesOf(r.plan.Gateway, plotsOf(group))
	boot, err := r.plan.Gateway.Boot(sites)
	if err != nil {
		return 0
	}
	policy, err := r.plan.Gateway.Policy(boot, sites[0])
	if err != nil {
		return 0
	}
	for _, s := range group {
		for _, c := range s.Expect {
			if c.Term != nil {
				longest = max(longest, c.Term.Of(policy))
			}
		}
	}
	return longest
}

// shuffle is a repeatable disorder: who has which bay, and whose lab begins first.
func shuffle(scenarios []Scenario, seed uint64) {
	rand.New(rand.NewPCG(seed, seed)).Shuffle(len(scenarios), func(i, j int) {
		scenarios[i], scenarios[j] = scenarios[j], scenarios[i]
	})
}

// atOnce is how many labs may stand at once where nobody says: playing is mostly waiting,
// starting is work. It takes at most half of the cores' time while the longest plays, so
// that timeouts are measured on a machine with room, and half of the memory that is free.
func atOnce(f Footprint, longest time.Duration, cores int, free int64) int {
	const least = 3 // even a machine of one core waits for three as well as for one
	most := max(least, cores)
	if f.Start > 0 {
		most = max(most, int(time.Duration(cores)*longest/2/f.Start))
	}
	if f.Memory > 0 && free > 0 {
		most = min(most, max(1, int(free/2/f.Memory)))
	}
	return most
}

// places is how many labs of the runtime may stand at once on this machine.
func (r *run) places(groups [][]Scenario) int {
	if r.plan.Parallel > 0 {
		return r.plan.Parallel
	}
	longest := time.Duration(0)
	for _, g := range groups {
		longest = max(longest, r.takes(g))
	}
	return atOnce(r.plan.Runtime.Footprint(), longest, runtime.NumCPU(), freeMemory())
}

// freeMemory is what the kernel could give without swapping (MemAvailable of proc(5)), in
// bytes; 0 where that is not told.
func freeMemory() int64 {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "MemAvailable:"); ok {
			kilobytes, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kilobytes << 10
		}
	}
	return 0
}
