//go:build linux

package server

import (
	"bytes"
	"errors"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// threads are those of all processes that this one sees. To look at them is what a jump of the
// clock costs, so that what is looked at stays open.
type threads struct {
	self, looks string // the process that looks, and its thread that does
	processes   map[string]*process
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
func newThreads() *threads {
	return &threads{self: strconv.Itoa(os.Getpid()), looks: strconv.Itoa(unix.Gettid()), processes: map[string]*process{}}
}

// errChanging says that a thread came or went just now.
var errChanging = errors.New("there are other threads than a moment ago")

// turns is how often the threads have run, all together. Those of the process itself do so for its
// runtime's sake too, and are left out: which of its goroutines run is known better.
func (t *threads) turns() (n int64, err error) {
	if err := t.find(); err != nil {
		return 0, err
	}
	for pid, p := range t.processes {
		if pid == t.self {
			continue
		}
		for _, one := range p.known {
			turns, err := one.turns()
			if err != nil {
				return 0, err
			}
			n += turns
		}
	}
	return n, nil
}

// sleep says whether those of all other processes wait for an event, or can do nothing.
func (t *threads) sleep() bool { return t.asleep(func(pid string) bool { return pid != t.self }) }

// ownSleep says so of this process's, but for the one that looks.
func (t *threads) ownSleep() bool { return t.asleep(func(pid string) bool { return pid == t.self }) }

// asleep looks at the states of threads: S is an interruptible sleep, T stopped by a signal, Z and
// X the end.
func (t *threads) asleep(of func(pid string) bool) bool {
	for pid, p := range t.processes {
		if !of(pid) {
			continue
		}
		for tid, one := range p.known {
			if pid == t.self && tid == t.looks {
				continue
			}
			if state, err := one.state(); err != nil || !bytes.ContainsRune([]byte("STZX"), rune(state)) {
				return false
			}
		}
	}
	return true
}

// find brings what is known up to date.
func (t *threads) find() error {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, e := range entries {
		pid := e.Name()
		if pid[0] < '0' || pid[0] > '9' {
			continue
		}
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

// turns is the third number of /proc/PID/schedstat.
func (t task) turns() (int64, error) {
	var b [96]byte
	n, err := unix.Pread(t.schedstat, b[:], 0)
	if err != nil {
		return 0, err
	}
	fields := bytes.Fields(b[:n])
	if len(fields) != 3 {
		return 0, errChanging
	}
	return strconv.ParseInt(string(fields[2]), 10, 64)
}
