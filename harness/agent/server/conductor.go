//go:build linux

package server

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/clock"
)

// conductor lets a virtual clock jump: when everybody who plays waits for what the time will
// bring, and nothing in the lab can happen before that.
type conductor struct {
	clock   *clock.Virtual
	pollers []unix.PollFd
	threads *threads // the conductor's thread looks at them

	mu      sync.Mutex
	changed *sync.Cond
	players int   // who would not like the time to pass while they do something
	waiting int   // orders that wait for an answer of the gateway's, or for the time
	busy    int   // orders that are being carried out
	err     error // what kept the clock from jumping; it never does again
}

func newConductor(v *clock.Virtual) *conductor {
	c := &conductor{clock: v, pollers: pollers()}
	c.changed = sync.NewCond(&c.mu)
	go c.conduct()
	return c
}

// join takes somebody among the players, or lets them go by -1.
func (c *conductor) join(n int) { c.change(func() { c.players += n }) }

// during counts what is done in one of the conductor's numbers.
func (c *conductor) during(number *int, do func() (any, error)) (any, error) {
	c.change(func() { *number++ })
	defer c.change(func() { *number-- })
	return do()
}

func (c *conductor) change(do func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	do()
	c.changed.Broadcast()
}

// failed is what kept the clock from jumping.
func (c *conductor) failed() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// mayJump says whether all players wait.
func (c *conductor) mayJump() bool {
	return c.waiting > 0 && c.waiting >= c.players && c.busy == 0 && c.err == nil
}

// between is the pause between two looks at whether the lab is idle.
const between = 100 * time.Microsecond

// conduct is the conductor's life, which is the lab's.
func (c *conductor) conduct() {
	runtime.LockOSThread() // so that it knows itself among the lab's threads
	c.threads = newThreads()
	for {
		c.mu.Lock()
		for !c.mayJump() {
			c.changed.Wait()
		}
		c.mu.Unlock()
		nap(between) // the machine's time: whoever has something to do does it
		if c.idle() {
			c.jump()
		}
	}
}

// nap sleeps in the kernel: the runtime's own timers are late by half a millisecond and more.
func nap(d time.Duration) {
	pause := unix.NsecToTimespec(d.Nanoseconds())
	_ = unix.Nanosleep(&pause, nil) // a signal may end it sooner
}

// jump lets the clock be where somebody waits for, if they all still wait.
func (c *conductor) jump() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at, ok := c.clock.Next(); ok && c.mayJump() {
		c.clock.Jump(at)
	}
}

// idle says whether nothing in the lab can go on but by the time. What waits for the kernel's own
// timers, as a lost packet does, is idle. The threads of the others are looked at twice: one that
// has not run between the looks and sleeps at the second has slept all the while, so that in
// between all of them did. The agent is looked at in between, and its threads too: a goroutine in
// the middle of a system call is not among those that run. Whom it has woken by then is seen to be
// awake, or to have run, at the second look.
func (c *conductor) idle() bool {
	if c.agentRuns() || packetsWait() {
		return false
	}
	before, err := c.threads.turns()
	if err != nil || c.agentRuns() || packetsWait() || !c.threads.ownSleep() || c.agentRuns() || !c.threads.sleep() {
		return false
	}
	after, err := c.threads.turns()
	return err == nil && before == after && c.threads.ownSleep() && !c.agentRuns()
}

// agentRuns says whether the agent has something to do: an event of a socket, or a goroutine that
// runs or could.
func (c *conductor) agentRuns() bool { return c.events() || goroutinesRun() }

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
func (c *conductor) events() bool {
	n, err := unix.Poll(c.pollers, 0)
	return n > 0 || err != nil
}

// goroutinesRun says whether a goroutine but the caller's runs or could
// (https://pkg.go.dev/runtime/metrics).
func goroutinesRun() bool {
	samples := []metrics.Sample{{Name: "/sched/goroutines/running:goroutines"}, {Name: "/sched/goroutines/runnable:goroutines"}}
	metrics.Read(samples)
	return samples[0].Value.Uint64() > 1 || samples[1].Value.Uint64() > 0
}

// packetsWait says whether a core has packets that no protocol has seen yet
// (/proc/net/softnet_stat: the twelfth of the hexadecimal numbers).
func packetsWait() bool {
	text, err := os.ReadFile("/proc/net/softnet_stat")
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(text)) {
		const backlog = 11
		if fields := strings.Fields(line); len(fields) > backlog && strings.Trim(fields[backlog], "0") != "" {
			return true
		}
	}
	return false
}

// play is an order to count somebody among the players, or no longer.
func (s *server) play(n int) (any, error) {
	if s.conductor == nil {
		return nil, errRealClock
	}
	s.conductor.join(n)
	return nil, s.conductor.failed()
}

var errRealClock = errors.New("the lab's clock is the machine's")

// sleep waits in the lab's time.
func (s *server) sleep(d time.Duration) (any, error) {
	return nil, s.clock.Sleep(context.Background(), d)
}
