package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
)

// group is a control group of a lab's own, which limits its memory (cgroups(7)).
type group struct {
	dir    string
	parent string   // where whoever made it came from
	held   *os.File // its folder, locked as long as its keeper lives
}

// The files of the two versions.
const (
	procs = "cgroup.procs"
	// A limit on memory alone would let a process grow into swap.
	limitV1, swapLimitV1 = "memory.limit_in_bytes", "memory.memsw.limit_in_bytes"
	limitV2, swapLimitV2 = "memory.max", "memory.swap.max"
)

// groupPrefix begins the names of our groups.
const groupPrefix = "badgateway-"

// makeGroup makes a group with a limit in bytes: with version 1 below this process's own; with
// version 2, where a group holds either processes or groups, beside it. Root may do that,
// and whoever a part of the tree was delegated to.
func makeGroup(limit int64) (*group, error) {
	own, version, err := ownGroup()
	if err != nil {
		return nil, err
	}
	g, err := newGroup(groupsPlace(own, version), own)
	if err != nil {
		return nil, fmt.Errorf("making a control group: %w", err)
	}
	if err := g.limit(version, limit); err != nil {
		return nil, errors.Join(err, g.remove())
	}
	return g, nil
}

// newGroup makes a group in a folder, once what was forgotten there is taken away. It holds the
// folder meanwhile: a group is a moment older than its lock, and would look forgotten to
// whoever makes one beside it.
func newGroup(at, parent string) (*group, error) {
	place, err := locked(at, unix.LOCK_EX)
	if err != nil {
		return nil, err
	}
	defer place.Close()
	removeForgotten(at)
	dir, err := os.MkdirTemp(at, groupPrefix)
	if err != nil {
		return nil, err
	}
	g := &group{dir: dir, parent: parent}
	if g.held, err = held(dir); err != nil {
		return nil, errors.Join(err, g.remove())
	}
	return g, nil
}

// ControlGroups says which version of control groups counts memory here: "version 1".
func ControlGroups() string {
	_, version, err := ownGroup()
	if err != nil {
		return "no version"
	}
	return fmt.Sprint("version ", version)
}

// groupsPlace is where groups are made, by this process's own.
func groupsPlace(own string, version int) string {
	if version == 2 && own != agent.GroupsMounted {
		return filepath.Dir(own)
	}
	return own
}

func (g *group) limit(version int, bytes int64) error {
	files := map[string]int64{limitV1: bytes, swapLimitV1: bytes}
	order := []string{limitV1, swapLimitV1} // the one with swap may not be the lower
	if version == 2 {
		files, order = map[string]int64{limitV2: bytes, swapLimitV2: 0}, []string{limitV2, swapLimitV2}
	}
	for i, name := range order {
		err := write(filepath.Join(g.dir, name), files[name])
		if errors.Is(err, fs.ErrNotExist) && i > 0 {
			continue // this kernel does not count swap
		}
		if err != nil {
			return fmt.Errorf("limiting memory: %w", err)
		}
	}
	return nil
}

// enter and leave move this process: what it starts meanwhile stays in the group.
func (g *group) enter() error { return move(g.dir) }
func (g *group) leave() error { return move(g.parent) }

func move(dir string) error {
	if err := write(filepath.Join(dir, procs), int64(os.Getpid())); err != nil {
		return fmt.Errorf("moving between control groups: %w", err)
	}
	return nil
}

// write writes a number into a file that is there. (To make one is forbidden in a group's
// folder, which would hide that it is not.)
func write(file string, number int64) error {
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(strconv.FormatInt(number, 10))
	return errors.Join(err, f.Close())
}

// emptyWithin bounds how long the kernel may count a process that has ended.
const emptyWithin = time.Second

// remove takes the group away, once nothing is in it any more.
func (g *group) remove() error {
	defer g.held.Close() // nil where it never was
	for began := time.Now(); ; {
		err := unix.Rmdir(g.dir)
		if err == nil || errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if !errors.Is(err, unix.EBUSY) || time.Since(began) > emptyWithin {
			return fmt.Errorf("removing the control group: %w", err)
		}
		time.Sleep(time.Millisecond) // the kernel does not announce it
	}
}

// held locks a group's folder, as nobody can whose group it is not.
func held(dir string) (*os.File, error) { return locked(dir, unix.LOCK_EX|unix.LOCK_NB) }

// locked locks a folder until it is closed, in a way of flock(2).
func locked(dir string, how int) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	for {
		err := unix.Flock(int(f.Fd()), how)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, unix.EINTR) {
			return nil, errors.Join(fmt.Errorf("locking %s: %w", dir, err), f.Close())
		}
	}
}

// removeForgotten takes away groups that nobody holds: their keeper was killed before it
// could.
func removeForgotten(at string) {
	left, _ := filepath.Glob(filepath.Join(at, groupPrefix+"*"))
	for _, dir := range left {
		if f, err := held(dir); err == nil {
			unix.Rmdir(dir) // the kernel keeps one in which anything lives
			f.Close()
		}
	}
}

// ownGroup is the folder of this process's group that counts memory, and the version of
// its tree.
func ownGroup() (dir string, version int, err error) {
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return "", 0, err
	}
	for _, g := range agent.MemoryGroups(string(text)) {
		if _, err := os.Stat(filepath.Join(g.Dir, procs)); err == nil && g.Counts() {
			return g.Dir, g.Version, nil
		}
	}
	return "", 0, errors.New("no control groups that count memory are mounted at /sys/fs/cgroup")
}
