//go:build linux

package traced

import (
	"encoding/binary"
	"time"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/clock"
)

// timer is an interval timer of a process (setitimer(2), ITIMER_REAL).
type timer struct {
	at    clock.Moment
	every time.Duration
}

// base is what a clock said when the virtual one was at 0.
func (p *Program) base(clock int) time.Duration {
	if sinceBoot(clock) {
		return p.monotonic
	}
	return p.realtime
}

func (p *Program) clockGettime(t *thread, c *call) error {
	clock := int(int32(c.args[0]))
	if !isOfTime(clock) {
		return p.resume(t)
	}
	return p.tell(t, c.args[1], p.base(clock)+p.clock.Moment().Time, timespec)
}

func (p *Program) gettimeofday(t *thread, c *call) error {
	return p.tell(t, c.args[0], p.realtime+p.clock.Moment().Time, timeval)
}

// tell answers a call that asks for the time. What cannot be written to is the kernel's to
// complain about.
func (p *Program) tell(t *thread, at uint64, now time.Duration, f format) error {
	if at != 0 {
		if writeTime(t.tid, at, now, f) != nil {
			return p.resume(t)
		}
	}
	return p.skip(t, 0)
}

func (p *Program) timeOfDay(t *thread, c *call) error {
	now := (p.realtime + p.clock.Moment().Time) / time.Second
	if at := c.args[0]; at != 0 {
		if poke(t.tid, at, binary.NativeEndian.AppendUint64(nil, uint64(now))) != nil {
			return p.resume(t)
		}
	}
	return p.skip(t, int64(now))
}

// setitimer keeps the timer of real time. The others count what a process uses.
func (p *Program) setitimer(t *thread, c *call) error {
	if c.args[0] != unix.ITIMER_REAL {
		return p.resume(t)
	}
	every, err := readTime(t.tid, c.args[1], timeval)
	if err != nil {
		return p.resume(t)
	}
	first, err := readTime(t.tid, c.args[1]+16, timeval)
	if err != nil {
		return p.resume(t)
	}
	left, old := p.setTimer(t.group, first, every)
	if at := c.args[2]; at != 0 {
		if writeTime(t.tid, at, old, timeval) != nil || writeTime(t.tid, at+16, left, timeval) != nil {
			return p.resume(t)
		}
	}
	return p.skip(t, 0)
}

// alarm is setitimer in whole seconds, and once.
func (p *Program) alarm(t *thread, c *call) error {
	left, _ := p.setTimer(t.group, time.Duration(uint32(c.args[0]))*time.Second, 0)
	return p.skip(t, int64((left+time.Second-1)/time.Second))
}

// setTimer sets a process's timer, or takes it away, and returns what is left of the one before, and
// what it repeats itself after.
func (p *Program) setTimer(process int, first, every time.Duration) (left, old time.Duration) {
	now := p.clock.Moment()
	defer p.clock.Changed()
	p.mu.Lock()
	defer p.mu.Unlock()
	if t := p.timers[process]; t != nil {
		left, old = t.at.Time-now.Time, t.every
	}
	delete(p.timers, process)
	if first > 0 {
		p.timers[process] = &timer{now.After(first), every}
	}
	return left, old
}

// readTime reads a struct timespec or timeval of a thread's memory.
func readTime(tid int, at uint64, f format) (time.Duration, error) {
	b := make([]byte, 16)
	if _, err := unix.PtracePeekData(tid, uintptr(at), b); err != nil {
		return 0, err
	}
	seconds, part := int64(binary.NativeEndian.Uint64(b)), int64(binary.NativeEndian.Uint64(b[8:]))
	const most = int64(1<<62) / int64(time.Second)
	return time.Duration(min(seconds, most))*time.Second + time.Duration(part)*unit(f), nil
}

func writeTime(tid int, at uint64, t time.Duration, f format) error {
	b := binary.NativeEndian.AppendUint64(nil, uint64(t/time.Second))
	return poke(tid, at, binary.NativeEndian.AppendUint64(b, uint64(t%time.Second/unit(f))))
}

// unit is what the second part of the struct counts.
func unit(f format) time.Duration {
	if f == timeval {
		return time.Microsecond
	}
	return time.Nanosecond
}

func poke(tid int, at uint64, b []byte) error {
	_, err := unix.PtracePokeData(tid, uintptr(at), b)
	return err
}
