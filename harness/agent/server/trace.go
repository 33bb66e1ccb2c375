//go:build linux

package server

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/clock"
	"github.com/badgateway/badgateway/harness/clock/traced"
)

// Trace runs a command in the time that the lab's agent lends, in a container of its own beside
// the agent's, and returns its exit code. The clock is found through the network namespace that
// the two share (unix(7), abstract sockets).
func Trace(command []string) (code int, err error) {
	conn, err := net.Dial("unix", agent.ClockSocket)
	if err != nil {
		return 0, fmt.Errorf("looking for the lab's clock: %w", err)
	}
	lent, err := clock.Borrow(conn)
	if err != nil {
		return 0, fmt.Errorf("borrowing the lab's clock: %w", err)
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	runtime.LockOSThread() // the tracer is the thread
	program, err := traced.Start(cmd, lent)
	if err != nil {
		return 0, err
	}
	pass := make(chan os.Signal, 8)
	signal.Notify(pass, syscall.SIGTERM, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGWINCH)
	go func() {
		for s := range pass {
			unix.Kill(cmd.Process.Pid, s.(syscall.Signal))
		}
	}()
	status, err := program.Run()
	if status.Signaled() {
		return 128 + int(status.Signal()), err // as a shell does
	}
	return status.ExitStatus(), err
}

// lendClock lets programs in containers beside live by the clock.
func (s *server) lendClock(v *clock.Virtual) error {
	return s.world.Load().near.do(func() error {
		l, err := net.Listen("unix", agent.ClockSocket)
		if err != nil {
			return fmt.Errorf("lending the clock: %w", err)
		}
		go func() {
			for {
				conn, err := l.Accept()
				if errors.Is(err, net.ErrClosed) {
					return
				}
				if err != nil {
					continue
				}
				go v.Lend(conn) // until the program ends
			}
		}()
		return nil
	})
}
