//go:build linux

package server

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime/metrics"
	"strconv"

	"golang.org/x/sys/unix"
)

// lookout sees whether anything goes on in the lab. It has to stay on one thread, and makes no use
// of the runtime's poller: that would be something that goes on.
type lookout struct {
	threads  *threads
	pollers  []unix.PollFd
	backlogs int // a descriptor of /proc/net/softnet_stat
}

// newLookout is for the calling thread.
func newLookout() (*lookout, error) {
	threads, err := newThreads()
	if err != nil {
		return nil, err
	}
	const backlogs = "/proc/net/softnet_stat"
	fd, err := unix.Open(backlogs, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", backlogs, err)
	}
	return &lookout{threads, pollers(), fd}, nil
}

// idle says whether nothing in the lab can go on but by the time. What waits for the kernel's own
// timers, as a lost packet does, is idle. The threads are looked at twice: one that sleeps at both
// looks and has not run from before the first until after the second has slept all the while, so
// that in between all of them did. That is when the agent is looked at, and the packets.
func (l *lookout) idle() bool {
	if l.agentRuns() || l.packetsWait() {
		return false
	}
	before, err := l.threads.ran()
	if err != nil || !l.threads.sleep() || l.agentRuns() || l.packetsWait() || !l.threads.sleep() {
		return false
	}
	after, err := l.threads.ran()
	return err == nil && before == after
}

// agentRuns says whether the agent has something to do: an event of a socket, or a goroutine that
// runs or could.
func (l *lookout) agentRuns() bool { return l.events() || goroutinesRun() }

// pollers are the epoll instances of this process: the one by which the Go runtime waits for
// sockets.
func pollers() (found []unix.PollFd) {
	links, _ := filepath.Glob("/proc/self/fd/[0-9]*")
	for _, link := range links {
		if to, err := os.Readlink(link); err == nil && to == "anon_inode:[eventpoll]" {
			if fd, err := strconv.Atoi(filepath.Base(link)); err == nil {
				found = append(found, unix.PollFd{Fd: int32(fd), Events: unix.POLLIN})
			}
		}
	}
	return found
}

// events says whether something has happened to one of the agent's sockets that the runtime has
// not looked at yet: it does when a goroutine blocks.
func (l *lookout) events() bool {
	n, err := unix.Poll(l.pollers, 0)
	return n > 0 || err != nil
}

// goroutinesRun says whether a goroutine but the caller's runs or could
// (https://pkg.go.dev/runtime/metrics).
func goroutinesRun() bool {
	samples := []metrics.Sample{{Name: "/sched/goroutines/running:goroutines"}, {Name: "/sched/goroutines/runnable:goroutines"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64() > 1 || samples[1].Value.Uint64() > 0
}

// packetsWait says whether a core has packets that no protocol has seen yet: the twelfth of the
// hexadecimal numbers in a line.
func (l *lookout) packetsWait() bool {
	var lines []byte
	for part := make([]byte, 4096); ; {
		n, err := unix.Pread(l.backlogs, part, int64(len(lines)))
		if err != nil {
			return true
		}
		if n == 0 {
			break
		}
		lines = append(lines, part[:n]...)
	}
	for line := range bytes.Lines(lines) {
		const backlog = 11
		if fields := bytes.Fields(line); len(fields) > backlog && len(bytes.Trim(fields[backlog], "0")) > 0 {
			return true
		}
	}
	return false
}
