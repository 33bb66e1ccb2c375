//go:build linux

package server

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness/clock"
)

// starved is how long the gateway's processes and the agent have waited for a core while they
// could have run. The agent's timers do not show it: who sleeps goes before who works. The
// agent's threads wait side by side, as many as can run at once. By a virtual clock nobody waits
// for one: it stands still meanwhile.
func (w *world) starved() time.Duration {
	if _, virtual := w.clock.(*clock.Virtual); virtual {
		return 0
	}
	var gateway, threads []string
	tids, _ := numbered("/proc/self/task")
	for _, tid := range tids {
		threads = append(threads, "/proc/self/task/"+tid+"/schedstat")
	}
	if master, err := masterOf(w.inside); err == nil {
		gateway = append(gateway, schedstat(master))
		find(func(pid, parent int) bool {
			if parent == master {
				gateway = append(gateway, schedstat(pid))
			}
			return false
		})
	}
	return waited(gateway) + waited(threads)/time.Duration(runtime.GOMAXPROCS(0))
}

// waited adds up how long was waited for a core (proc(5), schedstat: time on a core, time waited
// for one, turns). What has ended, and what a kernel does not tell, is nothing.
func waited(stats []string) (all time.Duration) {
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if fields := strings.Fields(string(text)); err == nil && len(fields) > 1 {
			nanoseconds, _ := strconv.ParseInt(fields[1], 10, 64)
			all += time.Duration(nanoseconds)
		}
	}
	return all
}

func schedstat(pid int) string { return "/proc/" + strconv.Itoa(pid) + "/schedstat" }
