package docker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/containerd/errdefs"
	"github.com/moby/moby/api/pkg/stdcopy"
	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
	"github.com/testcontainers/testcontainers-go"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// agentCapabilities is what the agent needs: network namespaces and mounts of its own
// (SYS_ADMIN, given up once both namespaces stand), links, routes and nftables in them
// (NET_ADMIN), ports 53 and 80 (NET_BIND_SERVICE).
var agentCapabilities = []string{"NET_ADMIN", "SYS_ADMIN", "NET_BIND_SERVICE"}

// agentSysctls are set in every agent's network namespace, which is the gateway's
// (agent/server/settings.go has why).
var agentSysctls = map[string]string{"net.ipv4.tcp_no_metrics_save": "1"}

// signalCapability is what an agent needs for signals to the gateway's workers, which are
// another user's.
const signalCapability = "KILL"

// What an agent needs to make TAP devices, whatever the engine's host has in /dev: the
// capability to make their node, given up with SYS_ADMIN, and leave to use it. 10:200 is
// the number of TUN and TAP (Documentation/admin-guide/devices.txt).
const (
	wireCapability = "MKNOD"
	tunRule        = "c 10:200 rwm"
)

// goneWithin is how long the engine may take to remove a container that has ended
// (measured 0.15 s) before it is removed by force.
const goneWithin = 5 * time.Second

// Open makes the agent's container, lets it build its world, and prepares the gateway.
func (r *Runtime) Open(ctx context.Context, spec harness.LabSpec) (_ *harness.Lab, err error) {
	gateway, err := r.image(ctx, spec.Boot.From)
	if err != nil {
		return nil, err
	}
	l := &lab{runtime: r, signals: spec.Signals, virtual: spec.Clock == harness.VirtualClock, memory: spec.MemoryLimit, wires: len(spec.Wired) > 0, around: spec.Boot.Around.Elsewhere, sockets: len(spec.Boot.Around.Sockets) > 0}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.destroy())
		}
	}()
	built, err := l.build(ctx, spec.Build())
	if err != nil {
		return nil, err
	}
	p := &process{lab: l, image: gateway, boot: spec.Boot}
	l.gateway = p
	if err := p.prepare(ctx); err != nil {
		return nil, fmt.Errorf("preparing the gateway: %w", err)
	}
	return &harness.Lab{Agent: l.agent, Gateway: p, ICMPUnlimited: built.ICMPUnlimited, Destroy: l.destroy}, nil
}

// lab is the two containers.
type lab struct {
	runtime *Runtime
	memory  int64  // its limit in bytes, 0 for none
	wires   bool   // its agent may make TAP devices
	signals bool   // it may send the gateway signals
	virtual bool   // its clock is, so that the gateway is traced
	around  bool   // it has surroundings (agent.Surroundings)
	sockets bool   // unix sockets among them, in a volume that goes with its containers
	id      string // of the agent's container
	agent   *agent.Client
	words   harness.Log // what the agent says on its standard error
	gateway *process
}

// build starts the agent and lets it make its world.
func (l *lab) build(ctx context.Context, world agent.Build) (built agent.Built, err error) {
	image, err := l.runtime.image(ctx, "agent")
	if err != nil {
		return built, err
	}
	if err := l.startAgent(ctx, image.Ref); err != nil {
		return built, fmt.Errorf("starting the agent: %w", err)
	}
	world.Still, world.MakeTUN = l.memory > 0, l.wires
	built, err = l.agent.Build(ctx, world)
	return built, l.explained("building the lab", err)
}

// startAgent starts the agent's container with its standard streams attached.
func (l *lab) startAgent(ctx context.Context, image string) error {
	var streams client.ContainerAttachResult
	attach := func(ctx context.Context, c testcontainers.Container) (err error) {
		l.id = c.GetContainerID()
		streams, err = l.runtime.engine.ContainerAttach(ctx, l.id, client.ContainerAttachOptions{
			Stream: true, Stdin: true, Stdout: true, Stderr: true,
		})
		return err
	}
	_, err := l.runtime.make(ctx, image,
		testcontainers.WithCmd("agent"),
		testcontainers.WithConfigModifier(func(c *container.Config) {
			c.OpenStdin, c.StdinOnce, c.AttachStdin = true, true, true
			if l.sockets {
				c.Volumes = map[string]struct{}{agent.SocketFolder: {}}
			}
		}),
		testcontainers.WithHostConfigModifier(func(h *container.HostConfig) {
			h.CapDrop = []string{"ALL"}
			h.NetworkMode, h.AutoRemove = "none", true
			h.DNS = addrs(agent.Resolver)
			h.Memory, h.MemorySwap = l.memory, l.memory
			h.Sysctls = maps.Clone(agentSysctls)
			if l.around {
				h.Sysctls["net.ipv4.conf.all.route_localnet"] = "1"
			}
			h.CapAdd = slices.Clone(agentCapabilities)
			if l.signals {
				h.CapAdd = append(h.CapAdd, signalCapability)
			}
			if l.wires {
				h.CapAdd = append(h.CapAdd, wireCapability)
				h.DeviceCgroupRules = []string{tunRule}
			}
		}),
		testcontainers.WithAdditionalLifecycleHooks(testcontainers.ContainerLifecycleHooks{
			PostCreates: []testcontainers.ContainerHook{attach},
		}))
	if err != nil {
		return err
	}
	in, out := io.Pipe()
	go func() {
		_, err := stdcopy.StdCopy(out, &l.words, streams.Reader)
		out.CloseWithError(errors.Join(io.EOF, err))
	}()
	if l.agent, err = agent.NewClient(ctx, in, closer{streams}); err != nil {
		streams.Close() // its end of input ends the agent, and lets go of the pipe
		in.Close()
	}
	return l.explained("greeting the agent", err)
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

// closer is the agent's input; its end ends the agent.
type closer struct{ client.ContainerAttachResult }

func (c closer) Write(p []byte) (int, error) { return c.Conn.Write(p) }
func (c closer) Close() error                { return c.CloseWrite() }

// destroy ends the agent, and with it everything in its namespaces. The engine
// removes both containers; what it does not is removed by force.
func (l *lab) destroy() error {
	if l.id == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), goneWithin)
	defer cancel()
	if l.agent != nil {
		l.agent.Close()
	}
	ids := []string{l.id}
	if l.gateway != nil {
		ids = append(ids, l.gateway.ids()...)
	}
	var errs []error
	for _, id := range ids {
		errs = append(errs, l.runtime.gone(ctx, id))
	}
	return errors.Join(errs...)
}

// gone waits until a container is removed, or removes it. One that was never started has
// no end to wait for.
func (r *Runtime) gone(ctx context.Context, id string) error {
	for ctx.Err() == nil {
		c, err := r.engine.ContainerInspect(ctx, id, client.ContainerInspectOptions{})
		if errdefs.IsNotFound(err) {
			return nil
		}
		if err != nil || c.Container.State.Status == container.StateCreated {
			break
		}
		r.removedWithin(ctx, id, 200*time.Millisecond)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answersWithin)
	defer cancel()
	return remove(ctx, r.engine, id)
}

// removedWithin waits for that time. The engine can miss a wait that comes while it
// removes (20.10), so whoever calls looks for the container again.
func (r *Runtime) removedWithin(ctx context.Context, id string, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	wait := r.engine.ContainerWait(ctx, id, client.ContainerWaitOptions{Condition: container.WaitConditionRemoved})
	select {
	case <-wait.Result:
	case <-wait.Error:
	}
}
