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

// together is how many scenarios share a lab at most. More would do, but each host and each rule
// makes all others a little slower, and one gateway has to serve them all: 200 cells in one lab
// began to play 10 s after they were asked for, in four labs after 3 s.
const together = 64

// A row is scenarios that follow one another in one bay, each when the one before has been made
// up for. In most there is one.
type row []Scenario

// takes says whether the scenario can follow in the bay: it is to the same servers, and what
// stands around the gateway differs in nothing but what either can do with.
func (w row) takes(s Scenario) bool {
	if s.Route == nil || w[0].Route == nil || s.Route.ID != w[0].Route.ID || !slices.Equal(s.Route.Servers, w[0].Route.Servers) {
		return false
	}
	return !s.World.Restart && bare(s.World) == bare(w[0].World)
}

// bare is a world without what a scenario can do with as well that needs none of it.
func bare(w World) World {
	w.Needs = 0
	return w
}

// plot is where all of the row can be played.
func (w row) plot() Plot {
	p := Plot{Name: w[0].ID, World: w[0].World, Route: w[0].Route}
	for _, s := range w {
		p.World.Needs |= s.World.Needs
	}
	return p
}

// rowsOf are scenarios that follow nobody.
func rowsOf(scenarios ...Scenario) (rows []row) {
	for _, s := range scenarios {
		rows = append(rows, row{s})
	}
	return rows
}

// groups puts rows together that can share a lab: those that touch nothing that another has.
// Scenarios form rows where they can, or each has a bay.
func groups(scenarios []Scenario, capacity int, inRows bool) (groups [][]row) {
	if capacity == 0 {
		capacity = together
	}
	var alone [][]row
	var shared []*company
	for _, s := range scenarios {
		if s.World.Alone || s.Gateway != nil {
			alone = append(alone, rowsOf(s))
			continue
		}
		if inRows && slices.ContainsFunc(shared, func(c *company) bool { return c.follows(s) }) {
			continue
		}
		i := slices.IndexFunc(shared, func(c *company) bool { return c.takes(s, capacity) })
		if i < 0 {
			i = len(shared)
			shared = append(shared, &company{})
		}
		shared[i].join(s)
	}
	for _, c := range shared {
		groups = append(groups, c.rows)
	}
	return append(groups, alone...)
}

// company is rows that share a lab.
type company struct {
	rows  []row
	hosts int
}

// follows puts the scenario at the end of a row that takes it, and says whether there is one.
func (c *company) follows(s Scenario) bool {
	i := slices.IndexFunc(c.rows, func(w row) bool { return w.takes(s) })
	if i >= 0 {
		c.rows[i] = append(c.rows[i], s)
	}
	return i >= 0
}

func (c *company) takes(s Scenario, capacity int) bool {
	if len(c.rows) >= capacity || c.hosts+s.hosts() > agent.MaxHosts {
		return false
	}
	return s.Route == nil || !slices.ContainsFunc(c.rows, func(w row) bool {
		return w[0].Route != nil && w[0].Route.shares(s.Route)
	})
}

func (c *company) join(s Scenario) {
	c.rows, c.hosts = append(c.rows, row{s}), c.hosts+s.hosts()
}

// hosts is how many the scenario's bay has.
func (s Scenario) hosts() int {
	if s.Route == nil {
		return s.World.Hosts()
	}
	return len(s.Route.Servers)
}

// longestFirst is an order in which what takes longest comes first.
func longestFirst[T any](all []T, takes func(T) time.Duration) {
	slices.SortStableFunc(all, func(a, b T) int { return cmp.Compare(takes(b), takes(a)) })
}

// takes is how long a group is expected to play.
func (r *run) takes(group []row) (longest time.Duration) {
	for _, s := range slices.Concat(group...) {
		longest = max(longest, r.expects(s))
	}
	return longest
}

// expects is how long a scenario will wait: an estimate, by which nothing is judged. A
// configuration that cannot be read says so when its lab is opened.
func (r *run) expects(s Scenario) (longest time.Duration) {
	if s.Waits > 0 {
		return s.Waits
	}
	policy, err := r.policy(s)
	if err != nil {
		return 0
	}
	for _, c := range s.Expect {
		if c.Term != nil {
			longest = max(longest, c.Term.Of(policy))
		}
		if c.Failure && !s.logs() { // a line that does not come is waited for all the same
			longest = max(longest, logWithin)
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
func (r *run) places(groups [][]row) int {
	if r.plan.Parallel > 0 {
		return r.plan.Parallel
	}
	longest := time.Duration(0)
	for _, g := range groups {
		longest = max(longest, r.takes(g))
	}
	lab := r.plan.Runtime.Footprint()
	if heavy, is := r.plan.Gateway.(interface{ Footprint() Footprint }); is { // more than any gateway's
		own := heavy.Footprint()
		lab.Memory, lab.Start = lab.Memory+own.Memory, lab.Start+own.Start
	}
	return atOnce(lab, longest, runtime.NumCPU(), freeMemory())
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
