package local

import (
	"context"
	"sync"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/provision"
)

// process is the gateway's, which the agent starts anew in a root of its own each time.
type process struct {
	lab     *lab
	program provision.Program
	launch  agent.Launch
	log     harness.Log

	mu     sync.Mutex
	exited chan struct{} // of the last that was started
}

var _ harness.Process = (*process)(nil)

func (p *process) Version() string         { return p.program.Version }
func (p *process) Source() string          { return p.program.Source }
func (p *process) Log() *harness.Log       { return &p.log }
func (p *process) Exited() <-chan struct{} { p.mu.Lock(); defer p.mu.Unlock(); return p.exited }

// Start starts it.
func (p *process) Start(ctx context.Context) error {
	if err := p.lab.agent.Launch(ctx, p.launch); err != nil {
		return p.lab.explained("starting the gateway", err)
	}
	exited := make(chan struct{})
	p.mu.Lock()
	p.exited = exited
	p.mu.Unlock()
	go func() {
		defer close(exited)
		p.lab.agent.Ended(context.Background()) // an agent that is gone has ended it too
	}()
	return nil
}

// Stop ends it with SIGTERM, and by force where that does not help.
func (p *process) Stop(ctx context.Context) error {
	if p.Exited() == nil {
		return nil
	}
	return p.lab.agent.Stop(ctx)
}
