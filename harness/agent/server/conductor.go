//go:build linux

package server

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/clock"
)

// conductor lets a virtual clock jump: when everybody who plays waits for what the time will
// bring, and nothing in the lab can happen before that.
type conductor struct {
	clock *clock.Virtual

	mu      sync.Mutex
	changed *sync.Cond
	players int   // who would not like the time to pass while they do something
	waiting int   // orders that wait for an answer of the gateway's, or for the time
	busy    int   // orders that are being carried out
	changes int   // of the three, so far
	err     error // what kept the clock from jumping; it never does again
}

func newConductor(v *clock.Virtual) *conductor {
	c := &conductor{clock: v}
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
	c.changes++
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
	lookout, err := newLookout()
	if err != nil {
		c.change(func() { c.err = err })
		return
	}
	for {
		c.mu.Lock()
		for !c.mayJump() {
			c.changed.Wait()
		}
		changes := c.changes
		c.mu.Unlock()
		nap(between) // the machine's time: whoever has something to do does it
		if lookout.idle() {
			c.jump(changes)
		}
	}
}

// nap sleeps in the kernel: the runtime's own timers are late by half a millisecond and more. Nor
// does the runtime hear of it, whose threads would change places.
func nap(d time.Duration) {
	pause := unix.NsecToTimespec(d.Nanoseconds())
	unix.RawSyscall(unix.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&pause)), 0, 0) // a signal may end it sooner
}

// jump lets the clock be where somebody waits for, if nothing has changed since there were so
// many changes.
func (c *conductor) jump(changes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at, ok := c.clock.Next(); ok && c.changes == changes {
		c.clock.Jump(at)
	}
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
