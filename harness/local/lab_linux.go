package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// lab is the agent's process, which is the first of its process namespace: everything in
// the lab ends with it.
type lab struct {
	runtime *Runtime
	cmd     *exec.Cmd
	agent   *agent.Client
	in      io.WriteCloser // the agent's; its end ends it
	life    [2]*os.File    // of a lab that has a keeper: the pipe by which that knows of us
	words   harness.Log    // what the agent says on its standard error
	once    sync.Once
	err     error
}

// start starts an agent that shows the gateway's root, and what upstreams' programs are of, and
// waits for its greeting.
func (r *Runtime) start(ctx context.Context, root agent.Root, memory int64, programs ...string) (*lab, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	order := agent.Inside{System: root.System, Bind: root.Bind, Copy: root.Copy, Programs: programs}
	l := &lab{runtime: r}
	out, err := l.begin(r.users, order, memory)
	if err != nil {
		return nil, fmt.Errorf("starting the lab: %w", errors.Join(err, l.abandon()))
	}
	if l.agent, err = agent.NewClient(ctx, out, l.in); err != nil {
		err = errors.Join(err, l.destroy())
		return nil, l.explained("starting the lab", err)
	}
	return l, nil
}

// enlist lets the runtime know of a lab that stands, or ends it where that is closed.
func (l *lab) enlist() error {
	r := l.runtime
	r.mu.Lock()
	r.open[l] = true
	r.mu.Unlock()
	select {
	case <-r.closed: // and may have looked before
		return errClosed
	default:
		return nil
	}
}

// begin starts the agent's process, or where memory is limited a keeper with the agent
// below it.
func (l *lab) begin(u users, order agent.Inside, memory int64) (out io.Reader, err error) {
	mapped := func(int) error { return nil }
	if memory > 0 {
		order.Limited = true
		l.cmd, l.life, err = keeper(kept{Users: u, Memory: memory, Inside: order})
	} else {
		l.cmd, mapped, err = u.command(order)
	}
	if err != nil {
		return nil, err
	}
	l.cmd.Stderr = &l.words
	if l.in, err = l.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if out, err = l.cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	err = l.runtime.begin(l.cmd)
	if l.life[0] != nil {
		l.life[0].Close()
	}
	if err != nil {
		return nil, errors.Join(err, mapped(0))
	}
	return out, errors.Join(mapped(l.cmd.Process.Pid), l.enlist())
}

// abandon ends a lab that did not begin well.
func (l *lab) abandon() error {
	if l.cmd == nil || l.cmd.Process == nil {
		if l.life[1] != nil {
			l.life[1].Close()
		}
		return nil
	}
	return l.destroy()
}

// explained adds what the agent said on its standard error.
func (l *lab) explained(doing string, err error) error {
	if err == nil {
		return nil
	}
	if said := telling(l.words.Lines()); said != "" {
		return fmt.Errorf("%s: %w (it said: %s)", doing, err, said)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// telling is the line that tells most: where a Go program crashed, the first of its trace.
func telling(lines []string) string {
	for _, line := range lines {
		if strings.HasPrefix(line, "fatal error: ") || strings.HasPrefix(line, "panic: ") {
			return line
		}
	}
	if len(lines) == 0 {
		return ""
	}
	return lines[len(lines)-1]
}

// destroy kills the agent, and with it everything in its namespaces: once it is waited
// for, the kernel has ended all of them (pid_namespaces(7)).
func (l *lab) destroy() error {
	l.once.Do(func() {
		l.in.Close()
		l.err = l.end()
		l.runtime.mu.Lock()
		delete(l.runtime.open, l)
		l.runtime.mu.Unlock()
	})
	return l.err
}

func (l *lab) end() error {
	if l.life[1] == nil {
		l.cmd.Process.Kill()
		var exit *exec.ExitError
		if err := l.cmd.Wait(); err != nil && !errors.As(err, &exit) { // as a rule it was killed
			return fmt.Errorf("ending the lab: %w", err)
		}
		return nil
	}
	l.life[1].Close() // the keeper kills the agent, and takes away its group
	if err := l.cmd.Wait(); err != nil {
		return l.explained("ending the lab", err)
	}
	return nil
}
