package docker

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"time"

	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/provision"
)

// process is the gateway's container, which is made anew for each start.
type process struct {
	lab   *lab
	image provision.Image
	boot  harness.Boot
	log   harness.Log

	mu      sync.Mutex
	next    *testcontainers.DockerContainer // made, not started
	all     []string
	exited  chan struct{} // of the last that was started
	streams client.ContainerAttachResult
}

var _ harness.Process = (*process)(nil)

func (p *process) Version() string         { return p.image.Version }
func (p *process) Source() string          { return p.image.Source }
func (p *process) Log() *harness.Log       { return &p.log }
func (p *process) Exited() <-chan struct{} { p.mu.Lock(); defer p.mu.Unlock(); return p.exited }
func (p *process) ids() []string           { p.mu.Lock(); defer p.mu.Unlock(); return p.all }

// prepare makes the next container and attaches to its output before it can say
// anything: one that ends at once would take its log with it.
func (p *process) prepare(ctx context.Context) error {
	attach := func(ctx context.Context, c testcontainers.Container) (err error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.all = append(p.all, c.GetContainerID())
		p.streams, err = p.lab.runtime.engine.ContainerAttach(ctx, c.GetContainerID(), client.ContainerAttachOptions{
			Stream: true, Stdout: true, Stderr: true,
		})
		return err
	}
	options := []testcontainers.ContainerCustomizer{
		testcontainers.WithNoStart(),
		testcontainers.WithEnv(p.boot.Env),
		testcontainers.WithHostConfigModifier(func(h *container.HostConfig) {
			h.NetworkMode = container.NetworkMode("container:" + p.lab.id)
			h.PidMode = container.PidMode("container:" + p.lab.id)
			h.AutoRemove = true
			if p.lab.sockets {
				h.VolumesFrom = []string{p.lab.id}
			}
			for _, folder := range p.boot.Cramped {
				if h.Tmpfs == nil {
					h.Tmpfs = map[string]string{}
				}
				h.Tmpfs[folder] = "mode=1777,size=4k"
			}
		}),
		testcontainers.WithAdditionalLifecycleHooks(testcontainers.ContainerLifecycleHooks{
			PostCreates: []testcontainers.ContainerHook{attach, p.put},
		}),
	}
	command, err := p.command(ctx)
	if err != nil {
		return err
	}
	c, err := p.lab.runtime.make(ctx, p.image.Ref, append(options, command...)...)
	if err != nil {
		return err
	}
	p.next = c
	return nil
}

// command is what the container runs: what the image says or the boot does, and that by the lab's
// clock where it is a virtual one.
func (p *process) command(ctx context.Context) (options []testcontainers.ContainerCustomizer, err error) {
	if p.lab.virtual {
		image, err := p.lab.runtime.engine.ImageInspect(ctx, p.image.Ref)
		if err != nil {
			return nil, engineTrouble("looking for the gateway's entry point", err)
		}
		traced := []string{agent.TraceWord}
		if c := image.Config; c != nil {
			traced = append(traced, c.Entrypoint...)
			if p.boot.Command == nil {
				traced = append(traced, c.Cmd...)
			}
		}
		return []testcontainers.ContainerCustomizer{testcontainers.WithEntrypoint(tracer), testcontainers.WithCmd(append(traced, p.boot.Command...)...)}, nil
	}
	if p.boot.Command != nil {
		options = append(options, testcontainers.WithCmd(p.boot.Command...))
	}
	return options, nil
}

// tracer is where the agent's program is in the container of a gateway that it traces.
const tracer = "/.badgateway-agent"

// Start starts the prepared container, or another one after that has ended.
func (p *process) Start(ctx context.Context) error {
	if p.next == nil {
		if err := p.prepare(ctx); err != nil {
			return err
		}
	}
	exited := make(chan struct{})
	p.mu.Lock()
	p.exited = exited
	streams, c := p.streams, p.next
	p.next = nil
	p.mu.Unlock()
	ended := p.lab.runtime.engine.ContainerWait(context.WithoutCancel(ctx), c.GetContainerID(),
		client.ContainerWaitOptions{Condition: container.WaitConditionNextExit})
	go p.follow(streams, ended, exited)
	if err := c.Start(ctx); err != nil {
		return engineTrouble("starting the gateway's container", err)
	}
	return nil
}

// follow collects the output until it ends, as it does when the last process that holds
// it has ended, and then says that the gateway has. The engine may tell of the end first.
func (p *process) follow(streams client.ContainerAttachResult, ended client.ContainerWaitResult, exited chan<- struct{}) {
	defer close(exited)
	defer streams.Close()
	output := make(chan struct{})
	go func() {
		defer close(output)
		stdcopy.StdCopy(&p.log, &p.log, streams.Reader)
	}()
	select {
	case <-output:
		return
	case <-ended.Result:
	case <-ended.Error:
	}
	select { // what is on its way may still come
	case <-output:
	case <-time.After(time.Second):
	}
}

// Stop ends the gateway with SIGTERM, and by force where that does not help.
func (p *process) Stop(ctx context.Context) error {
	ids := p.ids()
	if len(ids) == 0 {
		return nil
	}
	id := ids[len(ids)-1]
	ctx, cancel := context.WithTimeout(ctx, goneWithin)
	defer cancel()
	_, err := p.lab.runtime.engine.ContainerKill(ctx, id, client.ContainerKillOptions{Signal: "SIGTERM"})
	select {
	case <-p.Exited():
		err = nil
	case <-ctx.Done():
	}
	return errors.Join(err, p.lab.runtime.gone(ctx, id))
}

func addrs(a ...netip.Addr) []netip.Addr { return a }
