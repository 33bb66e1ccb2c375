//go:build linux

package server

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
)

// signal sends the gateway a signal, and tells of it.
func (s *server) signal(o agent.Signal) error {
	number := unix.SignalNum("SIG" + o.Name)
	if number == 0 {
		return fmt.Errorf("no signal is called %q", o.Name)
	}
	pid, err := masterOf(s.inside)
	if err == nil && s.inside == nil && s.conductor != nil {
		pid, err = childOf(pid) // it is traced by that one
	}
	if err != nil {
		return err
	}
	if o.Worker {
		if pid, err = childOf(pid); err != nil {
			return err
		}
	}
	s.history.tell(agent.Event{Kind: agent.Signalled, Host: o.Host, Text: o.Name})
	return unix.Kill(pid, number)
}

// masterOf is the gateway's first process: the one that was launched, or in a container the one
// that joined the namespace from outside and so has no parent in it.
func masterOf(in *inside) (int, error) {
	if in != nil {
		g, err := in.launcher.current()
		if err != nil {
			return 0, err
		}
		return g.pid, nil
	}
	return find(func(pid, parent int) bool { return parent == 0 && pid != os.Getpid() })
}

// childOf is a process whose parent is that one.
func childOf(master int) (int, error) {
	return find(func(_, parent int) bool { return parent == master })
}

// errNoProcess is what find returns where it finds none.
var errNoProcess = errors.New("the gateway has no such process")

// find looks for a process of the namespace (proc(5), stat).
func find(wanted func(pid, parent int) bool) (int, error) {
	pids, err := numbered("/proc")
	if err != nil {
		return 0, err
	}
	for _, pid := range pids {
		text, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil {
			continue // it has ended
		}
		_, rest, _ := strings.Cut(string(text), ") ") // after the name, which may hold anything
		fields := strings.Fields(rest)
		if len(fields) < 2 || fields[0] == "Z" {
			continue
		}
		pid, _ := strconv.Atoi(pid)
		if parent, err := strconv.Atoi(fields[1]); err == nil && wanted(pid, parent) {
			return pid, nil
		}
	}
	return 0, errNoProcess
}

// numbered are the entries of a folder of /proc that are called by a number: processes, threads
// or descriptors. (filepath.Glob would read the folder of each.)
func numbered(folder string) (names []string, err error) {
	entries, err := os.ReadDir(folder)
	for _, e := range entries {
		if name := e.Name(); name[0] >= '0' && name[0] <= '9' {
			names = append(names, name)
		}
	}
	return names, err
}
