package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// group is a control group of a lab's own, which limits its memory (cgroups(7)).
type group struct {
	dir    string
	parent string // where whoever made it came from
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
	at := groupsPlace(own, version)
	removeForgotten(at)
	g := &group{dir: filepath.Join(at, groupPrefix+strconv.Itoa(os.Getpid())), parent: own}
	if err := os.Mkdir(g.dir, 0o755); err != nil {
		return nil, fmt.Errorf("making a control group: %w", err)
	}
	if err := g.limit(version, limit); err != nil {
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
	if version == 2 && own != mountedAt {
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
		err := os.WriteFile(filepath.Join(g.dir, name), []byte(strconv.FormatInt(files[name], 10)), 0)
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
	if err := os.WriteFile(filepath.Join(dir, procs), []byte(strconv.Itoa(os.Getpid())), 0); err != nil {
		return fmt.Errorf("moving between control groups: %w", err)
	}
	return nil
}

// emptyWithin bounds how long the kernel may count a process that has ended.
const emptyWithin = time.Second

// remove takes the group away, once nothing is in it any more.
func (g *group) remove() error {
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

// removeForgotten takes away groups whose keeper is gone: it was killed before it could. The kernel keeps those in
// which anything lives.
func removeForgotten(at string) {
	left, _ := filepath.Glob(filepath.Join(at, groupPrefix+"*"))
	for _, dir := range left {
		keeper := strings.TrimPrefix(filepath.Base(dir), groupPrefix)
		if _, err := os.Stat("/proc/" + keeper); errors.Is(err, fs.ErrNotExist) {
			unix.Rmdir(dir)
		}
	}
}

// mountedAt is where every distribution mounts the groups.
const mountedAt = "/sys/fs/cgroup"

// ownGroup is the folder of this process's group that counts memory, and the version of
// its tree.
func ownGroup() (dir string, version int, err error) {
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return "", 0, err
	}
	for line := range strings.Lines(string(text)) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) == 3 && parts[1] == "memory" {
			return filepath.Join(mountedAt, "memory", parts[2]), 1, nil
		}
		if len(parts) == 3 && parts[0] == "0" {
			dir = filepath.Join(mountedAt, parts[2])
		}
	}
	if _, err := os.Stat(filepath.Join(mountedAt, "cgroup.controllers")); err != nil || dir == "" {
		return "", 0, errors.New("no control groups that count memory are mounted at " + mountedAt)
	}
	return dir, 2, nil
}
