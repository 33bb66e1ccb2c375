//go:build linux

package traced

import "golang.org/x/sys/unix"

// A row is what a system call has to do with time.
type row struct {
	nr   uint64
	name string
	// when says which of its calls wait for a time, by that argument. Others are not looked at.
	when condition
	arg  int
	// does handles the call of a stopped thread.
	does func(p *Program, t *thread, c *call) error
}

// A condition is what an argument is where a call is looked at.
type condition int

const (
	always   condition = iota
	positive           // an int above 0
	set                // a pointer that is not NULL
)

// A format is how a system call is told for how long to wait.
type format int

const (
	milliseconds format = iota // an int; below 0 is for ever
	timespec                   // a pointer to a struct timespec; NULL is for ever
	timeval                    // a pointer to a struct timeval; NULL is for ever
)

// A wait is how a system call waits.
type wait struct {
	arg int // which argument says for how long
	format
	overdue unix.Errno // what it returns when the time is over, 0 for success
	// absolute says that the time is a moment of that clock and not a duration; nil is never.
	absolute func(c *call) (clock int, is bool)
	// other is what is waited by in its place: a call that waits for ever and has the same
	// arguments but for the last; 0 is itself.
	other uint64
	// sleeps: nothing but the time ends it.
	sleeps bool
}

// common are the calls that every architecture has. The older ones are in calls_amd64.go.
var common = []row{
	{nr: unix.SYS_CLOCK_GETTIME, name: "clock_gettime", does: (*Program).clockGettime},
	{nr: unix.SYS_GETTIMEOFDAY, name: "gettimeofday", does: (*Program).gettimeofday},
	{nr: unix.SYS_EPOLL_PWAIT, name: "epoll_pwait", arg: 3, when: positive, does: waits(wait{arg: 3})},
	{nr: unix.SYS_EPOLL_PWAIT2, name: "epoll_pwait2", arg: 3, when: set, does: waits(wait{arg: 3, format: timespec})},
	{nr: unix.SYS_PPOLL, name: "ppoll", arg: 2, when: set, does: waits(wait{arg: 2, format: timespec})},
	{nr: unix.SYS_PSELECT6, name: "pselect6", arg: 4, when: set, does: waits(wait{arg: 4, format: timespec})},
	{nr: unix.SYS_NANOSLEEP, name: "nanosleep", does: waits(wait{arg: 0, format: timespec, sleeps: true})},
	{nr: unix.SYS_CLOCK_NANOSLEEP, name: "clock_nanosleep", does: waits(wait{arg: 2, format: timespec, sleeps: true, absolute: nanosleepUntil})},
	{nr: unix.SYS_FUTEX, name: "futex", arg: 3, when: set, does: futex},
	{nr: unix.SYS_RT_SIGTIMEDWAIT, name: "rt_sigtimedwait", arg: 2, when: set, does: waits(wait{arg: 2, format: timespec, overdue: unix.EAGAIN})},
	{nr: unix.SYS_SEMTIMEDOP, name: "semtimedop", arg: 3, when: set, does: waits(wait{arg: 3, format: timespec, overdue: unix.EAGAIN})},
	{nr: unix.SYS_SETITIMER, name: "setitimer", does: (*Program).setitimer},
	{nr: unix.SYS_TIMER_SETTIME, name: "timer_settime", does: unknown},
	{nr: unix.SYS_TIMERFD_SETTIME, name: "timerfd_settime", does: unknown},
	{nr: unix.SYS_RECVMMSG, name: "recvmmsg", arg: 4, when: set, does: unknown},
	{nr: unix.SYS_MQ_TIMEDRECEIVE, name: "mq_timedreceive", arg: 4, when: set, does: unknown},
	{nr: unix.SYS_MQ_TIMEDSEND, name: "mq_timedsend", arg: 4, when: set, does: unknown},
	{nr: unix.SYS_FUTEX_WAITV, name: "futex_waitv", arg: 3, when: set, does: unknown},
	{nr: unix.SYS_IO_GETEVENTS, name: "io_getevents", arg: 4, when: set, does: waits(wait{arg: 4, format: timespec})},
	{nr: unix.SYS_IO_PGETEVENTS, name: "io_pgetevents", arg: 4, when: set, does: waits(wait{arg: 4, format: timespec})},
	{nr: unix.SYS_IO_URING_ENTER, name: "io_uring_enter", does: unknown},
}

// The operations of futex(2) that wait for a time.
const (
	futexWait       = 0
	futexLockPI     = 6
	futexWaitBitset = 9
	futexRequeuePI  = 11
	futexLockPI2    = 13
	futexRealtime   = 256
	futexCommand    = 127
)

// futex waits in some of its operations; in the others the argument is a number.
func futex(p *Program, t *thread, c *call) error {
	w := wait{arg: 3, format: timespec, overdue: unix.ETIMEDOUT}
	switch c.args[1] & futexCommand {
	case futexWait:
	case futexWaitBitset, futexRequeuePI, futexLockPI2:
		w.absolute = func(c *call) (int, bool) {
			if c.args[1]&futexRealtime != 0 {
				return unix.CLOCK_REALTIME, true
			}
			return unix.CLOCK_MONOTONIC, true
		}
	case futexLockPI:
		w.absolute = func(*call) (int, bool) { return unix.CLOCK_REALTIME, true }
	default:
		return p.resume(t)
	}
	return p.waits(t, c, w)
}

func nanosleepUntil(c *call) (int, bool) {
	const absolute = 1 // TIMER_ABSTIME
	return int(int32(c.args[0])), c.args[1]&absolute != 0
}

func waits(w wait) func(*Program, *thread, *call) error {
	return func(p *Program, t *thread, c *call) error { return p.waits(t, c, w) }
}

// UnknownWait is a wait that nothing here can follow.
type UnknownWait struct{ Call string }

func (u UnknownWait) Error() string {
	return "a traced program waits by " + u.Call + ", which the virtual clock cannot follow"
}

func unknown(p *Program, t *thread, c *call) error {
	return UnknownWait{t.row.name}
}

// isOfTime says whether a clock shows the time that passes for everybody, and not what a
// process has used.
func isOfTime(clock int) bool {
	switch clock {
	case unix.CLOCK_REALTIME, unix.CLOCK_MONOTONIC, unix.CLOCK_MONOTONIC_RAW, unix.CLOCK_REALTIME_COARSE,
		unix.CLOCK_MONOTONIC_COARSE, unix.CLOCK_BOOTTIME, unix.CLOCK_TAI:
		return true
	}
	return false
}

// sinceBoot says whether a clock counts from the machine's start, and not from 1970.
func sinceBoot(clock int) bool {
	return clock != unix.CLOCK_REALTIME && clock != unix.CLOCK_REALTIME_COARSE && clock != unix.CLOCK_TAI
}

// rows are all that is known of.
var rows []row

func init() { rows = append(append(rows, common...), own...) }

// rowOf is the row of a call, nil where nothing is known of it.
func rowOf(nr uint64) *row {
	for i := range rows {
		if rows[i].nr == nr {
			return &rows[i]
		}
	}
	return nil
}
