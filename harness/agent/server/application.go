//go:build linux

package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
)

// application is an upstream that is a server of its own, in a root of its own, on the far side.
// Its first process is often a master that only looks after others.
type application struct {
	pid   int           // of its first process
	home  string        // its mount namespace, by which all that it starts is known
	how   string        // how the first process ended, once it has
	gone  chan struct{} // closed then
	ready chan struct{} // closed once it said that it serves
	heard chan struct{} // closed once nothing of it is left that could say something
	last  atomic.Value  // what it said last
}

// startApplication starts it in the space. tell is told what it says, and how its first process ends.
func startApplication(order agent.Program, s *space, tell func(agent.Event)) (*application, error) {
	p := &application{gone: make(chan struct{}), ready: make(chan struct{}), heard: make(chan struct{})}
	started := make(chan error)
	go p.run(order, s, tell, started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("starting the upstream's program: %w", err)
	}
	return p, nil
}

// run is the life of its first process, on a thread that nothing else will run on.
func (p *application) run(order agent.Program, s *space, tell func(agent.Event), started chan<- error) {
	runtime.LockOSThread()
	output, written, err := os.Pipe()
	if err != nil {
		started <- err
		return
	}
	cmd, err := p.start(order.Launch, s, written)
	written.Close()
	if err != nil {
		output.Close()
		started <- err
		return
	}
	go p.listen(output, order, tell)
	started <- nil
	p.how = waitStatus(cmd.Wait())
	tell(agent.Event{Kind: agent.Exited, Text: p.how})
	close(p.gone)
}

func (p *application) start(order agent.Launch, s *space, output *os.File) (*exec.Cmd, error) {
	if err := unix.Setns(s.fd, unix.CLONE_NEWNET); err != nil {
		return nil, fmt.Errorf("entering its network namespace: %w", err)
	}
	cmd, home, err := startInRoot(order, output, (*exec.Cmd).Start)
	if err != nil {
		return nil, err
	}
	p.pid, p.home = cmd.Process.Pid, home
	return cmd, nil
}

// listen passes on its lines, and heeds the words that it is ready or to die by.
func (p *application) listen(output io.ReadCloser, order agent.Program, tell func(agent.Event)) {
	defer close(p.heard)
	defer output.Close()
	ready := sync.OnceFunc(func() { close(p.ready) })
	for lines := bufio.NewReader(output); ; {
		line, err := lines.ReadString('\n')
		if line = strings.TrimSpace(line); line != "" {
			p.last.Store(line)
			tell(agent.Event{Kind: agent.Said, Text: line})
		}
		if strings.Contains(line, order.Ready) {
			ready()
		}
		if order.Dies != "" && strings.Contains(line, order.Dies) {
			p.signalAll(unix.SIGKILL)
		}
		if err != nil {
			return
		}
	}
}

func (p *application) signalAll(signal syscall.Signal) {
	for _, pid := range inhabitants(p.home) {
		unix.Kill(pid, signal)
	}
}

// kill ends all of it and returns once it is gone and was heard out.
func (p *application) kill() {
	p.signalAll(unix.SIGKILL)
	<-p.gone // whoever waits for the first process has to be the one that started it
	endAll(p.home)
	<-p.heard
}

func (p *application) be(ctx context.Context, state agent.ProcessState) error {
	switch state {
	case agent.Killed:
		p.kill()
		return nil
	case agent.Orphaned:
		if p.ended() == "" {
			unix.Kill(p.pid, unix.SIGKILL)
		}
		<-p.gone
		return nil
	}
	p.signalAll(stopSignal)
	return until(ctx, func() (bool, error) {
		for _, pid := range inhabitants(p.home) {
			if s := stateOf(pid); s != "T" && s != "" {
				return false, nil
			}
		}
		return true, nil
	})
}

func (p *application) ended() string {
	if !isClosed(p.gone) {
		return ""
	}
	return p.how
}

func (p *application) state() string {
	if p.ended() != "" { // its number may be another's
		return ""
	}
	return stateOf(p.pid)
}

// caughtUp: what a program says comes when it comes. Who waits for something looks again.
func (*application) caughtUp() {}

// run lets the host be a program and returns once that listens.
func (h *host) run(ctx context.Context, wanted agent.Host) error {
	if h.world.inside == nil {
		return errors.New("a program as an upstream: this runtime's agent cannot make it a root")
	}
	h.near.Store(wanted.Socket != "")
	listens := func() (bool, error) {
		_, found, err := h.world.diag[h.world.far].find(h.at())
		return found, err
	}
	if wanted.Socket != "" {
		file, err := h.world.sockets.clear(wanted.Socket)
		if err != nil {
			return err
		}
		listens = func() (bool, error) {
			_, found, err := h.world.diag[h.world.far].findSocket(file)
			return found, err
		}
	}
	p, err := startApplication(*wanted.Program, h.world.far, h.tell)
	if err != nil {
		return err
	}
	h.child, h.exit = p, ""
	return until(ctx, func() (bool, error) {
		if how := p.ended(); how != "" {
			p.kill() // and hear it out
			return false, fmt.Errorf("the upstream's program ended at once: %s, its last words: %v", how, p.last.Load())
		}
		if wanted.Program.Ready != "" && !isClosed(p.ready) {
			return false, nil
		}
		return listens()
	})
}
