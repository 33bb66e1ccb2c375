//go:build linux && soak

package check_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness/snapshot"
	"github.com/badgateway/badgateway/suites/place"
)

// tuples are what a check says of each cell, without what is measured.
func (s told) tuples() map[string]string {
	found := map[string]string{}
	for _, c := range s.cells {
		found[c.Key()] = fmt.Sprintf("%s %d %s %d %s; %s", c.Verdict, c.Status, c.Outcome, c.Attempts, c.Time, c.Decided)
	}
	return found
}

// However busy the machine is, the cells are the same.
func TestTwentyChecksBesideFourBusyLoops(t *testing.T) {
	needsLabs(t)
	dir := lay(t, "-- nginx.conf --\n"+three)
	calm := checked(t, dir, "nginx.conf").tuples()
	place.Busy(t, 4)
	var times []time.Duration
	for n := range 20 {
		s := checked(t, dir, "nginx.conf")
		times = append(times, s.took)
		got := s.tuples()
		for key, was := range calm {
			if got[key] != was {
				t.Errorf("check %d: %s is\n%s, and was\n%s", n, key, got[key], was)
			}
		}
		if !slices.Equal(slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(calm))) {
			t.Errorf("check %d has other cells", n)
		}
	}
	slices.Sort(times)
	t.Logf("20 checks beside four busy loops: median %v, longest %v", times[len(times)/2], times[len(times)-1])
}

// Twenty records are the same to the byte, half of them of the other runtime, half of each made
// beside four busy loops.
func TestTwentyRecords(t *testing.T) {
	needsLabs(t)
	needsEngine(t)
	dir := lay(t, guarded)
	path := filepath.Join(dir, snapshot.Name)
	was := map[string]int{}
	for n := range 20 {
		if n == 10 {
			place.Busy(t, 4)
		}
		rt := []string{"local", "docker"}[n%2]
		cmd := command(t, dir, "check", "nginx.conf", "--runtime", rt, "--record")
		if rt == "docker" {
			cmd.Env = append(cmd.Env, "DOCKER_HOST="+os.Getenv("DOCKER_HOST"))
		}
		run(t, cmd).exits(t, 0)
		was[textOf(t, path)]++
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	for text, n := range was {
		if len(was) > 1 {
			t.Errorf("%d of 20 are\n%s", n, text)
		}
	}
}

// Ten thousand servers are asked for, one after the other.
func TestTenThousandServers(t *testing.T) {
	needsLabs(t)
	s := run(t, command(t, lay(t, "-- nginx.conf --\n"+servers(10_000)), "check", "nginx.conf", "--runtime", "local", "--routes"))
	s.exits(t, 0)
	says(t, s.stdout, `10000 of 10000 routes`)
	t.Logf("10,000 servers: %v", s.took)
	if s.took > 3*time.Minute {
		t.Errorf("it took %v", s.took)
	}
}

// Whenever it is killed, nothing of it is left.
func TestKilledAtRandomMoments(t *testing.T) {
	needsLabs(t)
	dir := lay(t, "-- nginx.conf --\n"+three)
	checked(t, dir, "nginx.conf", "--only", "crash/refused@*")
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	moments := rand.New(rand.NewPCG(seed, seed))
	for range 20 {
		cmd := command(t, dir, "check", "nginx.conf", "--runtime", "local")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		moment := time.Duration(moments.Int64N(int64(4 * time.Second)))
		time.Sleep(moment) // the moment is what is tested
		b := brood{}
		b.grow(cmd.Process.Pid)
		cmd.Process.Kill()
		cmd.Wait()
		t.Logf("killed after %v with %d processes", moment, len(b))
		if nothingLeft(t, cmd, b); t.Failed() {
			t.Fatalf("killed after %v", moment)
		}
	}
}
