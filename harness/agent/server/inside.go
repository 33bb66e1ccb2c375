//go:build linux

package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
)

// inside is what an agent needs that has no container around it: it was started in
// namespaces of its own, makes itself a root file system, and starts the gateway itself.
// It stays root of its user namespace, which owns nothing but the lab; what it starts does
// not.
type inside struct {
	launcher launcher
	nursery  *nursery
}

// Mapped waits until the process is told that its users are mapped, and starts the
// executable once more with the order: what it could have done as root it lost when it was
// started as nobody (user_namespaces(7)). It returns only with an error.
func Mapped(order agent.Inside) error {
	told := os.NewFile(agent.MappedDescriptor, "mapped")
	if _, err := io.ReadFull(told, make([]byte, 1)); err != nil {
		return fmt.Errorf("waiting for the users to be mapped: %w", err)
	}
	told.Close()
	order.Unmapped = false
	text, err := json.Marshal(order)
	if err != nil {
		return err
	}
	if err := os.Setenv(agent.InsideVariable, string(text)); err != nil {
		return err
	}
	return unix.Exec("/proc/self/exe", os.Args, os.Environ())
}

// ServeInside is Serve for such an agent. It has to be the first thing that the process
// does.
func ServeInside(in io.Reader, out io.Writer, order agent.Inside) error {
	// What the harness asked for is lost where exec gained capabilities (prctl(2)). It is
	// the second of two reasons to end with it: the first is the end of the input.
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(syscall.SIGKILL), 0, 0, 0); err != nil {
		return fmt.Errorf("asking to end with the harness: %w", err)
	}
	unix.Umask(0o022) // the harness's is no affair of a gateway's
	if err := enterOwnRoot(order); err != nil {
		return fmt.Errorf("making the lab's root: %w", err)
	}
	if err := forbidNamespaces(); err != nil {
		return err
	}
	if err := allowDescriptors(); err != nil {
		return err
	}
	if err := unix.Sethostname([]byte("gateway")); err != nil {
		return fmt.Errorf("naming the lab: %w", err)
	}
	nursery, err := newNursery()
	if err != nil {
		return err
	}
	return serve(in, out, &inside{nursery: nursery})
}

// allowDescriptors lets the lab's programs have as many descriptors as this process may, as an
// engine lets a container's: the limit of a user's shell is no affair of a gateway's either.
func allowDescriptors() error {
	var limit syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	if err == nil {
		limit.Cur = limit.Max
		err = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit) // without which os/exec gives them what this one began with
	}
	if err != nil {
		return fmt.Errorf("allowing as many descriptors as there are: %w", err)
	}
	return nil
}

// forbidNamespaces lets nobody in the lab make a user namespace, in which he would hold every
// capability (namespaces(7), /proc/sys/user).
func forbidNamespaces() error {
	err := os.WriteFile("/proc/sys/user/max_user_namespaces", []byte("0"), 0)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forbidding user namespaces: %w", err)
	}
	return nil
}

// enterOwnRoot leaves the machine's file system for one with its programs and libraries,
// the gateway's, and nothing else.
func enterOwnRoot(order agent.Inside) error {
	if err := private(); err != nil {
		return err
	}
	// Any folder will do that every machine has and in which nothing is that has to be
	// shown: only this namespace sees what is mounted on it.
	const dir = "/sys"
	groups, err := unix.Open("/sys/fs/cgroup", unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil && order.Limited {
		return fmt.Errorf("opening the control groups: %w", err)
	}
	defer unix.Close(groups)
	if err := layRoot(dir, agent.Root{System: "/", Bind: []string{"etc/ld.so.cache"}}); err != nil {
		return err
	}
	if order.Limited {
		if err := mounted(fmt.Sprintf("/proc/self/fd/%d", groups), dir+"/sys/fs/cgroup", true); err != nil {
			return err
		}
	}
	for _, names := range [][]string{systemFolders, order.Bind, order.Copy} {
		for _, name := range names {
			if err := show(filepath.Join(order.System, name), filepath.Join(dir, agent.SystemFolder, name)); err != nil {
				return err
			}
		}
	}
	for n, system := range order.Programs {
		for _, name := range systemFolders {
			if err := show(filepath.Join(system, name), filepath.Join(dir, agent.ProgramFolder(n), name)); err != nil {
				return err
			}
		}
	}
	for _, step := range []func() error{
		func() error { return layDevices(dir, "net/tun") },
		func() error { return layProc(dir) },
		func() error { return os.Mkdir(dir+nextRoot, 0o755) },
		func() error { return layFolder(dir+agent.SocketFolder, 0o777|fs.ModeSticky) }, // programs listen there as whoever they are
		func() error { return enterRoot(dir) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// openPorts lets programs without privileges listen on every port of the namespace that
// the thread is in: the gateway of an ordinary user has none.
func openPorts() error {
	err := os.WriteFile("/proc/sys/net/ipv4/ip_unprivileged_port_start", []byte("0"), 0)
	if err != nil {
		return fmt.Errorf("opening the low ports: %w", err)
	}
	return nil
}

// nursery is a thread whose children hold no capability. It stays for good: a process
// that asked to end with its parent ends with the thread that made it.
type nursery struct{ calls chan func() }

func newNursery() (*nursery, error) {
	n := &nursery{calls: make(chan func())}
	ready := make(chan error)
	go func() {
		runtime.LockOSThread()
		ready <- limitThread(nil)
		for call := range n.calls {
			call()
		}
	}()
	return n, <-ready
}

// start starts a command from that thread.
func (n *nursery) start(cmd *exec.Cmd) error {
	done := make(chan error, 1)
	n.calls <- func() { done <- cmd.Start() }
	return <-done
}
