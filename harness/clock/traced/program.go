//go:build linux

package traced

import (
	"errors"
	"fmt"
	"os/exec"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/clock"
)

// A Program is a traced program with all processes and threads that come of it. It waits by its
// clock, as a clock.Party.
type Program struct {
	clock *clock.Virtual
	root  int
	// What the machine's clocks said when the program began: 1970, and its start.
	realtime, monotonic time.Duration

	mu      sync.Mutex
	threads map[int]*thread
	timers  map[int]*timer // by process
	err     error
	killed  bool // it has come to its end
}

// thread is one of the program's.
type thread struct {
	tid     int
	group   int  // its process
	row     *row // of the call that it is in
	call    call // which was made so
	wait    wait
	until   clock.Moment
	waiting bool
	over    bool // the moment has come
}

// call is a system call.
type call struct {
	nr   uint64
	args [6]uint64
}

// noCall is the number of a call that is skipped.
const noCall = ^uint64(0)

// Start starts the command as a traced program. The calling goroutine has to be locked to its
// thread, and nothing but Run may follow on it. The error says what forbids tracing, where it is
// forbidden.
func Start(cmd *exec.Cmd, c *clock.Virtual) (*Program, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Ptrace = true
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &Program{clock: c, root: cmd.Process.Pid, threads: map[int]*thread{}, timers: map[int]*timer{}}
	began := c.Moment().Time.Truncate(time.Millisecond)
	p.realtime, p.monotonic = reading(unix.CLOCK_REALTIME)-began, reading(unix.CLOCK_MONOTONIC)-began
	if err := p.begin(); err != nil {
		cmd.Process.Kill()
		p.Run()
		return nil, fmt.Errorf("tracing %s: %w", cmd.Path, err)
	}
	c.Join(p)
	return p, nil
}

// reading is what one of the machine's clocks says, in whole milliseconds: so the program's end when
// the lab's do.
func reading(clock int32) time.Duration {
	var t unix.Timespec
	unix.ClockGettime(clock, &t)
	return time.Duration(t.Nano()).Truncate(time.Millisecond)
}

// begin readies the program, which has stopped before its first instruction.
func (p *Program) begin() error {
	var status unix.WaitStatus
	if _, err := unix.Wait4(p.root, &status, unix.WALL, nil); err != nil {
		return err
	}
	if !status.Stopped() || status.StopSignal() != unix.SIGTRAP {
		return fmt.Errorf("it did not stop to be traced (%#x)", uint32(status))
	}
	const options = unix.PTRACE_O_TRACESECCOMP | unix.PTRACE_O_TRACEFORK | unix.PTRACE_O_TRACEVFORK | unix.PTRACE_O_TRACECLONE |
		unix.PTRACE_O_TRACEEXEC | unix.PTRACE_O_EXITKILL | unix.PTRACE_O_TRACESYSGOOD
	if err := unix.PtraceSetOptions(p.root, options); err != nil {
		return fmt.Errorf("PTRACE_SETOPTIONS: %w", err)
	}
	if err := hideVDSO(p.root); err != nil {
		return err
	}
	if err := installFilter(p.root, filter(architecture, rows)); err != nil {
		return err
	}
	return unix.PtraceCont(p.root, 0)
}

// notOthers lets wait4 see the calling thread's children alone.
const notOthers = 0x20000000 // __WNOTHREAD

// Run follows the program until its first process has ended, and returns how: what that left
// behind is ended too. The error is of what could not be followed: the program was ended for it.
func (p *Program) Run() (ended unix.WaitStatus, err error) {
	defer p.clock.Part(p)
	for {
		var status unix.WaitStatus
		tid, err := unix.Wait4(-1, &status, unix.WALL|notOthers, nil)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil: // nobody is left
			return ended, p.Err()
		}
		if !status.Stopped() {
			if p.forget(tid); tid == p.root {
				ended = status
				p.kill()
			}
			continue
		}
		if err := p.stopped(tid, status); err != nil && !errors.Is(err, unix.ESRCH) {
			p.fail(err)
		}
	}
}

// Err is what could not be followed.
func (p *Program) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// fail ends all of the program: what comes of it would be a guess.
func (p *Program) fail(err error) {
	p.mu.Lock()
	if p.err == nil {
		p.err = err
	}
	p.mu.Unlock()
	p.kill()
}

// kill ends everybody that is left, and whoever was just born and has not been seen yet.
func (p *Program) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.killed = true
	for _, t := range p.threads {
		unix.Kill(t.group, unix.SIGKILL)
	}
}

// Threads are the ids of all threads there are.
func (p *Program) Threads() (tids []int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for tid := range p.threads {
		tids = append(tids, tid)
	}
	return tids
}

func (p *Program) thread(tid int) *thread {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.threads[tid]
	if t == nil {
		t = &thread{tid: tid, group: groupOf(tid)}
		p.threads[tid] = t
	}
	return t
}

func (p *Program) forget(tid int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.threads, tid)
	delete(p.timers, tid)
}

// stopped lets a stopped thread go on.
func (p *Program) stopped(tid int, status unix.WaitStatus) error {
	t := p.thread(tid)
	if p.killed {
		return unix.Kill(t.group, unix.SIGKILL)
	}
	signal, event := status.StopSignal(), int(status)>>16
	switch {
	case signal == unix.SIGTRAP|0x80:
		return p.returned(t)
	case event == unix.PTRACE_EVENT_SECCOMP:
		return p.called(t)
	case event == unix.PTRACE_EVENT_EXEC:
		p.replaced(t)
		if err := hideVDSO(tid); err != nil {
			return err
		}
		return p.resume(t)
	case event != 0, signal == unix.SIGTRAP, signal == unix.SIGSTOP: // born, a parent, or woken
		return p.resume(t)
	}
	return unix.PtraceCont(tid, int(signal))
}

// replaced forgets the threads of a process that has become another program: the one that is
// left has the process's id.
func (p *Program) replaced(t *thread) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for tid, other := range p.threads {
		if other != t && other.group == t.tid {
			delete(p.threads, tid)
		}
	}
}

func (p *Program) resume(t *thread) error { return unix.PtraceCont(t.tid, 0) }

// called handles a thread that is about to make one of the calls of the rows.
func (p *Program) called(t *thread) error {
	r, err := readRegisters(t.tid)
	if err != nil {
		return err
	}
	c := r.call()
	if t.row = rowOf(c.nr); t.row == nil {
		return fmt.Errorf("stopped at system call %d, of which nothing is known", c.nr)
	}
	return t.row.does(p, t, &c)
}

// skip lets the thread not make its call and have a result all the same.
func (p *Program) skip(t *thread, result int64) error {
	r, err := readRegisters(t.tid)
	if err != nil {
		return err
	}
	c := r.call()
	c.nr = noCall
	if err := r.setCall(t.tid, c); err != nil {
		return err
	}
	r.setResult(result)
	if err := r.write(t.tid); err != nil {
		return err
	}
	return p.resume(t)
}

// waits lets the thread wait for ever in place of its time, and notes until when it wants to.
func (p *Program) waits(t *thread, c *call, w wait) error {
	left, until, endless, err := p.asked(t, c, w)
	if err != nil || endless || left <= 0 && !w.sleeps {
		return errors.Join(err, p.resume(t)) // the kernel says what is wrong with it, or that there is nothing
	}
	if left <= 0 {
		return p.skip(t, 0)
	}
	r, err := readRegisters(t.tid)
	if err != nil {
		return err
	}
	if err := r.setCall(t.tid, w.endless(*c)); err != nil {
		return err
	}
	if err := r.write(t.tid); err != nil {
		return err
	}
	p.mu.Lock()
	t.call, t.wait, t.until, t.waiting, t.over = *c, w, until, true, false
	p.mu.Unlock()
	p.clock.Changed()
	return unix.PtraceSyscall(t.tid, 0)
}

// endless is the call that waits for the same, and for ever.
func (w wait) endless(c call) call {
	if w.sleeps {
		return call{nr: unix.SYS_PPOLL} // for nothing
	}
	if c.args[w.arg] = 0; w.format == milliseconds && w.other == 0 {
		c.args[w.arg] = uint64(uint32(0xffffffff))
	}
	if w.other != 0 {
		c.nr, c.args[3] = w.other, 0
	}
	return c
}

// asked is for how long a call wants to wait, and until when.
func (p *Program) asked(t *thread, c *call, w wait) (left time.Duration, until clock.Moment, endless bool, err error) {
	now, arg := p.clock.Moment(), c.args[w.arg]
	switch w.format {
	case milliseconds:
		n := int32(arg)
		left, endless = time.Duration(n)*time.Millisecond, n < 0
	default:
		if arg == 0 {
			return 0, now, true, nil
		}
		if left, err = readTime(t.tid, arg, w.format); errors.Is(err, unix.EIO) {
			return 0, now, true, nil // EFAULT, which the kernel says
		}
	}
	if w.absolute != nil {
		if clock, is := w.absolute(c); is {
			left -= p.base(clock) + now.Time
		}
	}
	return left, now.After(left), endless, err
}

// returned handles a thread whose wait is over.
func (p *Program) returned(t *thread) error {
	r, err := readRegisters(t.tid)
	if err != nil {
		return err
	}
	p.mu.Lock()
	over := t.waiting && t.over
	t.waiting = false
	p.mu.Unlock()
	r.restore(t.call)
	if over && isInterrupted(r.result()) {
		r.setResult(-int64(t.wait.overdue))
	}
	if err := r.write(t.tid); err != nil {
		return err
	}
	return p.resume(t)
}

// isInterrupted says whether that is the result of a wait that a signal ended: EINTR, or what the
// kernel keeps to itself (include/linux/errno.h).
func isInterrupted(result int64) bool {
	switch -result {
	case int64(unix.EINTR), 512, 513, 514, 516: // ERESTARTSYS, ERESTARTNOINTR, ERESTARTNOHAND, ERESTART_RESTARTBLOCK
		return true
	}
	return false
}

// Next is the earliest moment that one of the threads waits for.
func (p *Program) Next() (at clock.Moment, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.threads {
		if t.waiting && (!ok || t.until.Compare(at) < 0) {
			at, ok = t.until, true
		}
	}
	for _, t := range p.timers {
		if !ok || t.at.Compare(at) < 0 {
			at, ok = t.at, true
		}
	}
	return at, ok
}

// Wake interrupts the threads whose time has come. The signal is one that cannot be blocked, and
// the tracer keeps it from being delivered.
func (p *Program) Wake(now clock.Moment) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.threads {
		if t.waiting && t.until.Compare(now) <= 0 {
			t.over = true
			unix.Tgkill(t.group, t.tid, unix.SIGSTOP)
		}
	}
	for process, t := range p.timers {
		if t.at.Compare(now) <= 0 {
			unix.Kill(process, unix.SIGALRM)
			t.at = t.at.After(t.every)
			if t.every == 0 {
				delete(p.timers, process)
			}
		}
	}
}
