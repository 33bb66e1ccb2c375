package local

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
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
	in      io.Closer   // the agent's; its end ends it
	words   harness.Log // what the agent says on its standard error
	once    sync.Once
	err     error
}

// start starts an agent that shows the gateway's root, and waits for its greeting.
func (r *Runtime) start(ctx context.Context, root agent.Root, memory int64) (*lab, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	order := agent.Inside{System: root.System, Bind: root.Bind, Copy: root.Copy}
	l := &lab{runtime: r}
	out, err := l.begin(r.users, order, memory)
	if err != nil {
		return nil, fmt.Errorf("starting the lab: %w", err)
	}
	r.mu.Lock()
	r.open[l] = true
	r.mu.Unlock()
	if l.agent, err = agent.NewClient(ctx, out, closing{l.in}); err != nil {
		err = errors.Join(err, l.destroy())
		return nil, l.explained("starting the lab", err)
	}
	return l, nil
}

// closing is the agent's input for a client.
type closing struct{ io.Closer }

func (c closing) Write(p []byte) (int, error) { return c.Closer.(io.Writer).Write(p) }

// begin starts the agent's process, or a keeper with the agent below it.
func (l *lab) begin(u users, order agent.Inside, memory int64) (io.Reader, error) {
	cmd, mapped, err := u.command(order)
	if err != nil {
		return nil, err
	}
	l.cmd = cmd
	cmd.Stderr = &l.words
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	l.in = in
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return out, mapped(cmd.Process.Pid)
}

// explained adds what the agent said on its standard error.
func (l *lab) explained(doing string, err error) error {
	if err == nil {
		return nil
	}
	if lines := l.words.Lines(); len(lines) > 0 {
		return fmt.Errorf("%s: %w (it said: %s)", doing, err, lines[len(lines)-1])
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// destroy kills the agent, and with it everything in its namespaces: once it is waited
// for, the kernel has ended all of them (pid_namespaces(7)).
func (l *lab) destroy() error {
	l.once.Do(func() {
		l.in.Close()
		l.cmd.Process.Kill()
		var exit *exec.ExitError
		if err := l.cmd.Wait(); err != nil && !errors.As(err, &exit) {
			l.err = fmt.Errorf("ending the lab: %w", err)
		}
		l.runtime.mu.Lock()
		delete(l.runtime.open, l)
		l.runtime.mu.Unlock()
	})
	return l.err
}
