//go:build linux

package server

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
)

// gateway is the gateway's process, where it is the agent that has it: in a root of its
// own, on the near side.
type gateway struct {
	pid   int
	ended chan struct{} // closed once it is gone with all that it started, and was heard out
	how   string        // then: how it ended
}

// launcher starts one gateway after another.
type launcher struct {
	mu   sync.Mutex
	last *gateway
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
	go g.run(order, hear, started)
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

func (g *gateway) isGone() bool {
	select {
	case <-g.ended:
		return true
	default:
		return false
	}
}

// run is the gateway's life, on a thread that nothing else will run on: it ends with it.
func (g *gateway) run(order agent.Launch, hear func([]byte), started chan<- error) {
	runtime.LockOSThread()
	output, written, err := os.Pipe()
	if err != nil {
		started <- err
		return
	}
	defer output.Close()
	cmd, err := startInRoot(order, written)
	written.Close()
	if err != nil {
		started <- err
		return
	}
	g.pid = cmd.Process.Pid
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		listenTo(output, hear)
	}()
	started <- nil
	g.how = waitStatus(cmd.Wait())
	endLeftovers()
	<-heard
	close(g.ended)
}

// startInRoot moves the thread into the gateway's root and starts it from there.
func startInRoot(order agent.Launch, output *os.File) (*exec.Cmd, error) {
	if len(order.Args) == 0 {
		return nil, errors.New("a gateway without a program")
	}
	if err := enterGatewayRoot(order.Root); err != nil {
		return nil, fmt.Errorf("making the gateway's root: %w", err)
	}
	if err := dropToGateway(); err != nil {
		return nil, err
	}
	cmd := exec.Command(order.Args[0], order.Args[1:]...)
	cmd.Env, cmd.Dir = order.Env, "/"
	cmd.Stdout, cmd.Stderr = output, output
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", order.Args[0], err)
	}
	return cmd, nil
}

// nextRoot is an empty folder of the agent's own root, to mount the gateway's on.
const nextRoot = "/next"

func enterGatewayRoot(r agent.Root) error {
	if err := unix.Unshare(unix.CLONE_NEWNS | unix.CLONE_FS); err != nil {
		return fmt.Errorf("making a mount namespace: %w", err)
	}
	for _, step := range []func() error{
		private,
		func() error { return layRoot(nextRoot, r) },
		func() error { return layDevices(nextRoot) },
		func() error { return layProc(nextRoot) },
		func() error { return sealProc(nextRoot) },
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

// listenTo passes on what the gateway writes until the last process that could has ended.
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

// endLeftovers ends what a gateway that has ended left behind, and waits for it: NGINX's
// workers outlive a master that was killed, and go on serving. They are the agent's
// children by then, because it is the first process of its namespace.
func endLeftovers() {
	for {
		left := strangers()
		if len(left) == 0 {
			return
		}
		for _, pid := range left {
			unix.Kill(pid, unix.SIGKILL)
			unix.Wait4(pid, nil, 0, nil) // one whose parent has not ended yet is the agent's in the next round
		}
	}
}

// strangers are the processes in whose mount namespace the agent is not: the gateway's.
func strangers() (found []int) {
	own, err := os.Readlink("/proc/self/ns/mnt")
	if err != nil {
		return nil
	}
	links, _ := filepath.Glob("/proc/[0-9]*/ns/mnt")
	for _, link := range links {
		if ns, err := os.Readlink(link); err == nil && ns != own {
			if pid, err := strconv.Atoi(strings.Split(link, "/")[2]); err == nil {
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
