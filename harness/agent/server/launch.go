//go:build linux

package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/clock"
	"github.com/badgateway/badgateway/harness/clock/traced"
)

// gateway is the gateway's process, where it is the agent that has it: in a root of its
// own, on the near side.
type gateway struct {
	pid   int
	home  string        // its mount namespace, by which all that it starts is known
	ended chan struct{} // closed once it is gone with all that it started, and was heard out
	how   string        // then: how it ended
}

// launcher starts one gateway after another.
type launcher struct {
	mu    sync.Mutex
	last  *gateway
	clock *clock.Virtual // by which gateways live, nil for the machine's
}

// launch starts the gateway. hear is told what it writes.
func (l *launcher) launch(order agent.Launch, hear func([]byte)) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last != nil && !l.last.isGone() {
		return errors.New("a gateway runs already")
	}
	g := &gateway{ended: make(chan struct{})}
	started := make(chan error)
	go g.run(order, l.clock, hear, started)
	if err := <-started; err != nil {
		return err
	}
	l.last = g
	return nil
}

func (l *launcher) current() (*gateway, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last == nil {
		return nil, errors.New("no gateway was launched")
	}
	return l.last, nil
}

func (g *gateway) isGone() bool { return isClosed(g.ended) }

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// run is the gateway's life, on a thread that nothing else will run on: it ends with it.
func (g *gateway) run(order agent.Launch, c *clock.Virtual, hear func([]byte), started chan<- error) {
	runtime.LockOSThread()
	output, written, err := os.Pipe()
	if err != nil {
		started <- err
		return
	}
	defer output.Close()
	life := &life{clock: c}
	cmd, home, err := startInRoot(order, written, life.start)
	written.Close()
	if err != nil {
		started <- err
		return
	}
	g.pid, g.home = cmd.Process.Pid, home
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		listenTo(output, hear)
	}()
	started <- nil
	how, untraceable := life.wait(cmd)
	endAll(g.home)
	<-heard
	if g.how = how; untraceable != nil { // where its own last words are looked for
		g.how = untraceable.Error()
		hear([]byte("badgateway: " + g.how + "\n"))
	}
	close(g.ended)
}

// life is a program's, by the machine's clock or by a virtual one. The thread that starts it has
// to wait for it.
type life struct {
	clock  *clock.Virtual // nil for the machine's
	traced *traced.Program
}

func (l *life) start(cmd *exec.Cmd) (err error) {
	if l.clock == nil {
		return cmd.Start()
	}
	l.traced, err = traced.Start(cmd, l.clock)
	return err
}

// wait returns how the program ended. The error is of what could not be followed in it.
func (l *life) wait(cmd *exec.Cmd) (how string, err error) {
	if l.traced == nil {
		return waitStatus(cmd.Wait()), nil
	}
	status, err := l.traced.Run()
	cmd.Process.Release()
	return ending(status), err
}

// ending is how a process ended, in the words of os/exec.
func ending(status unix.WaitStatus) string {
	if status.Signaled() {
		return "signal: " + status.Signal().String()
	}
	return fmt.Sprintf("exit status %d", status.ExitStatus())
}

// startInRoot moves the thread into a root made anew and starts a program from there. home is its
// mount namespace.
func startInRoot(order agent.Launch, output *os.File, start func(*exec.Cmd) error) (cmd *exec.Cmd, home string, err error) {
	if len(order.Args) == 0 {
		return nil, "", errors.New("a launch without a program")
	}
	if err := enterNewRoot(order.Root); err != nil {
		return nil, "", fmt.Errorf("making its root: %w", err)
	}
	if home, err = os.Readlink("/proc/thread-self/ns/mnt"); err != nil {
		return nil, "", err
	}
	if err := dropToServer(); err != nil {
		return nil, "", err
	}
	cmd = exec.Command(order.Args[0], order.Args[1:]...)
	cmd.Env, cmd.Dir = order.Env, "/"
	cmd.Stdout, cmd.Stderr = output, output
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := start(cmd); err != nil {
		return nil, "", fmt.Errorf("starting %s: %w", order.Args[0], err)
	}
	return cmd, home, nil
}

// nextRoot is an empty folder of the agent's own root, to mount a program's on.
const nextRoot = "/next"

func enterNewRoot(r agent.Root) error {
	if err := unix.Unshare(unix.CLONE_NEWNS | unix.CLONE_FS); err != nil {
		return fmt.Errorf("making a mount namespace: %w", err)
	}
	for _, step := range []func() error{
		private,
		func() error { return layRoot(nextRoot, r) },
		func() error { return layDevices(nextRoot) },
		func() error { return layProc(nextRoot) },
		func() error { return sealProc(nextRoot) },
		func() error { return showSockets(nextRoot, r) },
		func() error { return cramp(nextRoot, r.Cramped) },
		func() error { return enterRoot(nextRoot) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	for _, e := range r.Entries {
		if err := put(e); err != nil {
			return fmt.Errorf("writing %s: %w", e.Path, err)
		}
	}
	return nil
}

// showSockets lets the agent's unix sockets be seen where they are wanted.
func showSockets(dir string, r agent.Root) error {
	at := dir + agent.SocketFolder
	switch {
	case !r.Sockets:
		return nil
	case !r.Listens:
		return mounted(agent.SocketFolder, at, true)
	}
	if err := place(at, true); err != nil {
		return err
	}
	if err := unix.Mount(agent.SocketFolder, at, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("showing the sockets: %w", err)
	}
	return restrict(at, unix.MOUNT_ATTR_NOSUID|unix.MOUNT_ATTR_NODEV|unix.MOUNT_ATTR_NOEXEC)
}

// cramp mounts file systems that are full with the first page that is written to them.
func cramp(dir string, folders []string) error {
	for _, f := range folders {
		at := dir + f
		if err := os.MkdirAll(at, 0o755); err != nil {
			return err
		}
		if err := unix.Mount("tmpfs", at, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=1777,size=4k"); err != nil {
			return fmt.Errorf("cramping %s: %w", f, err)
		}
	}
	return nil
}

// listenTo passes on what a program writes until the last process that could has ended.
func listenTo(output *os.File, hear func([]byte)) {
	buf := make([]byte, 32<<10)
	for {
		n, err := output.Read(buf)
		if n > 0 {
			hear(buf[:n])
		}
		if err != nil {
			return
		}
	}
}

// endAll ends what a program that has ended left behind, and waits for it: NGINX's
// workers outlive a master that was killed, and go on serving. They are the agent's
// children by then, because it is the first process of its namespace.
func endAll(home string) {
	for {
		left := inhabitants(home)
		if len(left) == 0 {
			return
		}
		for _, pid := range left {
			unix.Kill(pid, unix.SIGKILL)
			unix.Wait4(pid, nil, 0, nil) // one whose parent has not ended yet is the agent's in the next round
		}
	}
}

// inhabitants are the processes in a mount namespace.
func inhabitants(home string) (found []int) {
	pids, _ := numbered("/proc")
	for _, pid := range pids {
		if ns, err := os.Readlink("/proc/" + pid + "/ns/mnt"); err == nil && ns == home {
			if pid, err := strconv.Atoi(pid); err == nil {
				found = append(found, pid)
			}
		}
	}
	return found
}

// gracefulWithin is how long a gateway may take to end on SIGTERM. It takes milliseconds.
const gracefulWithin = 5 * time.Second

// stop ends the gateway and returns once it is gone. That it is gone already is no error.
func (g *gateway) stop(ctx context.Context) error {
	for _, signal := range []syscall.Signal{unix.SIGTERM, unix.SIGKILL} {
		if g.isGone() {
			return nil
		}
		if err := unix.Kill(g.pid, signal); err != nil && !errors.Is(err, unix.ESRCH) {
			return fmt.Errorf("ending the gateway: %w", err)
		}
		select {
		case <-g.ended:
			return nil
		case <-time.After(gracefulWithin):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return errors.New("the gateway does not end, not even by SIGKILL")
}
