//go:build linux

package server

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// threads are those of all processes that this one sees. To look at them is what a jump of the
// clock costs, so that what is looked at stays open.
type threads struct {
	looks     string // the thread that does
	monitor   string // a thread that runs for its own sake
	processes map[string]*process
}

// process is one, by its folder /proc/PID/task.
type process struct {
	tasks *os.File
	count uint64 // of its links: two more than it has threads
	known map[string]task
}

// task is a thread by its files of proc(5).
type task struct{ stat, schedstat int }

// newThreads is for the calling thread, which has to stay the one that looks.
func newThreads() (*threads, error) {
	monitor, err := monitor()
	return &threads{looks: strconv.Itoa(unix.Gettid()), monitor: monitor, processes: map[string]*process{}}, err
}

// monitor is this process's thread that does nothing but look whether others take too long, many
// times in a millisecond: the first that the Go runtime starts (runtime/proc.go, sysmon). The
// folder has them in the order in which they were started.
func monitor() (tid string, err error) {
	const folder = "/proc/self/task"
	f, err := os.Open(folder)
	if err != nil {
		return "", err
	}
	defer f.Close()
	tids, err := f.Readdirnames(2)
	if err == nil && len(tids) < 2 {
		err = fmt.Errorf("%s has %d threads", folder, len(tids))
	}
	if err != nil {
		return "", err
	}
	return tids[1], nil
}

// errChanging says that a thread came or went just now.
var errChanging = errors.New("there are other threads than a moment ago")

// ran is how often the threads have run and for how many nanoseconds, all together: what only
// grows, when one of them has had a core.
func (t *threads) ran() (sum int64, err error) {
	if err := t.find(); err != nil {
		return 0, err
	}
	for tid, one := range t.others() {
		if tid == t.monitor {
			continue
		}
		ran, err := one.ran()
		if err != nil {
			return 0, err
		}
		sum += ran
	}
	return sum, nil
}

// sleep says whether all threads wait for an event, or can do nothing: S is an interruptible sleep,
// T stopped by a signal, Z and X the end.
func (t *threads) sleep() bool {
	for _, one := range t.others() {
		if state, err := one.state(); err != nil || !bytes.ContainsRune([]byte("STZX"), rune(state)) {
			return false
		}
	}
	return true
}

// others are the threads but the one that looks, by their ids.
func (t *threads) others() iter.Seq2[string, task] {
	return func(yield func(string, task) bool) {
		for _, p := range t.processes {
			for tid, one := range p.known {
				if tid != t.looks && !yield(tid, one) {
					return
				}
			}
		}
	}
}

// find brings what is known up to date.
func (t *threads) find() error {
	pids, err := numbered("/proc")
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, pid := range pids {
		there[pid] = true
		if t.processes[pid] != nil {
			continue
		}
		if tasks, err := os.Open("/proc/" + pid + "/task"); err == nil {
			t.processes[pid] = &process{tasks: tasks, known: map[string]task{}}
		}
	}
	for pid, p := range t.processes {
		if there[pid] {
			err = p.find("/proc/" + pid + "/task/")
		}
		if !there[pid] || err != nil {
			p.forget()
			p.tasks.Close()
			delete(t.processes, pid)
			return errChanging
		}
	}
	return nil
}

// find opens the files of threads that are new, if there are others than before.
func (p *process) find(folder string) error {
	var now unix.Stat_t
	if err := unix.Fstat(int(p.tasks.Fd()), &now); err != nil {
		return err
	}
	if uint64(now.Nlink) == p.count {
		return nil
	}
	p.forget()
	names, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, name := range names {
		one := task{-1, -1}
		one.stat, err = unix.Open(folder+name.Name()+"/stat", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err == nil {
			one.schedstat, err = unix.Open(folder+name.Name()+"/schedstat", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		}
		p.known[name.Name()] = one
		if err != nil {
			return err
		}
	}
	p.count = uint64(len(names)) + 2
	if p.count != uint64(now.Nlink) {
		p.count = 0
		return errChanging
	}
	return nil
}

func (p *process) forget() {
	for name, one := range p.known {
		unix.Close(one.stat)
		unix.Close(one.schedstat)
		delete(p.known, name)
	}
}

// state is the letter of /proc/PID/stat, after the name, which may hold anything.
func (t task) state() (byte, error) {
	var b [256]byte
	n, err := unix.Pread(t.stat, b[:], 0)
	if err != nil {
		return 0, err
	}
	at := bytes.LastIndex(b[:n], []byte(") "))
	if at < 0 || at+2 >= n {
		return 0, errChanging
	}
	return b[at+2], nil
}

// ran adds up the first and the third number of /proc/PID/schedstat.
func (t task) ran() (int64, error) {
	var b [96]byte
	n, err := unix.Pread(t.schedstat, b[:], 0)
	if err != nil {
		return 0, err
	}
	fields := bytes.Fields(b[:n])
	if len(fields) != 3 {
		return 0, errChanging
	}
	spent, err := strconv.ParseInt(string(fields[0]), 10, 64)
	if err != nil {
		return 0, err
	}
	turns, err := strconv.ParseInt(string(fields[2]), 10, 64)
	return spent + turns, err
}
