package docker

import (
	"bytes"
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
		testcontainers.WithFiles(files(p.boot.Files)...),
		testcontainers.WithHostConfigModifier(func(h *container.HostConfig) {
			h.NetworkMode = container.NetworkMode("container:" + p.lab.id)
			h.PidMode = container.PidMode("container:" + p.lab.id)
			h.AutoRemove = true
		}),
		testcontainers.WithAdditionalLifecycleHooks(testcontainers.ContainerLifecycleHooks{
			PostCreates: []testcontainers.ContainerHook{attach},
		}),
	}
	if p.boot.Command != nil {
		options = append(options, testcontainers.WithCmd(p.boot.Command...))
	}
	c, err := p.lab.runtime.make(ctx, p.image.Ref, options...)
	if err != nil {
		return err
	}
	p.next = c
	return nil
}

func files(fs []harness.File) []testcontainers.ContainerFile {
	made := make([]testcontainers.ContainerFile, len(fs))
	for i, f := range fs {
		made[i] = testcontainers.ContainerFile{Reader: bytes.NewReader(f.Text), ContainerFilePath: f.Path, FileMode: 0o644}
	}
	return made
}

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
