//go:build linux

package server

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// A throttled process has a core for its share of each period, as one whose control group has
// used up its quota (cpu.max; the period is that of its default).
const (
	period = 100 * time.Millisecond
	share  = 2 * time.Millisecond
)

// throttle gives the child its share and keeps it from a core for the rest, until it ends. It
// does so by stopping it, which needs no privilege and takes nothing from anybody else, and
// counts the periods in which it wanted more.
func (c *child) throttle(periods *atomic.Int64) {
	for {
		if c.wants() {
			periods.Add(1)
		}
		if c.process.Signal(stopSignal) != nil || c.endsWithin(period-share) ||
			c.process.Signal(syscall.SIGCONT) != nil || c.endsWithin(share) {
			return
		}
	}
}

// wants says whether a thread of the child's could run (proc(5), state R).
func (c *child) wants() bool {
	threads, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/[0-9]*/stat", c.process.Pid))
	for _, path := range threads {
		if letter(path) == "R" {
			return true
		}
	}
	return false
}

func (c *child) endsWithin(d time.Duration) bool {
	select {
	case <-c.gone:
		return true
	case <-time.After(d):
		return false
	}
}

// work computes until it has had a core for that long.
func (p *playing) work(ctx context.Context, d time.Duration) error {
	if !p.mortal {
		return errors.New(`"work" needs an upstream that is a process of its own`)
	}
	runtime.LockOSThread() // whose time it is
	defer runtime.UnlockOSThread()
	var began unix.Timespec
	for first := true; ctx.Err() == nil; first = false {
		var now unix.Timespec
		if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &now); err != nil {
			return fmt.Errorf("looking how long it had a core: %w", err)
		}
		if first {
			began = now
		}
		if time.Duration(now.Nano()-began.Nano()) >= d {
			return nil
		}
	}
	return ctx.Err()
}
