//go:build linux

package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"reflect"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/vishvananda/netlink"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// host is one upstream host in the condition that its last order stated.
type host struct {
	world *world
	index int

	mu       sync.Mutex
	wanted   agent.Host
	upstream *upstream // plays in the agent, or
	child    mortal    // is something that can really die
	exit     string    // how the last of those ended
	crowd    []net.Conn

	near     atomic.Bool  // it listens at a socket of the gateway's own side
	accepted atomic.Int64 // connections there

	throttled atomic.Int64 // periods of its children (see child.throttle)
}

// mortal is an upstream that can really die: a child that plays a script, or a program.
type mortal interface {
	// be puts it into that state and returns when it is there.
	be(context.Context, agent.ProcessState) error
	// kill ends it with SIGKILL and returns once it was waited for.
	kill()
	// state is the letter of proc(5), "" once it is gone; ended is how it ended, "" while it lives.
	state() string
	ended() string
	// caughtUp returns once everything that it told until now was passed on.
	caughtUp()
}

func newHost(w *world, i int) *host {
	return &host{world: w, index: i, wanted: agent.Host{Index: i}}
}

func (w *world) setHost(ctx context.Context, h agent.Host) error {
	if h.Index < 0 || h.Index >= len(w.hosts) {
		return fmt.Errorf("no host %d", h.Index)
	}
	return w.hosts[h.Index].set(ctx, h)
}

// inForceWithin bounds how long an order may take to be in force.
const inForceWithin = 5 * time.Second

func (h *host) set(ctx context.Context, wanted agent.Host) error {
	ctx, cancel := context.WithTimeoutCause(ctx, inForceWithin, errors.New("the order is not in force after 5s"))
	defer cancel()
	h.mu.Lock()
	defer h.mu.Unlock()
	if wanted.Addr == agent.HostAddr(h.index) {
		wanted.Addr = netip.Addr{} // the zero value says the same
	}
	before := h.wanted
	h.wanted = wanted
	same := before
	same.Process = wanted.Process
	if h.child != nil && reflect.DeepEqual(same, wanted) && wanted.Process != agent.Running {
		return h.signal(ctx, wanted.Process)
	}
	h.clear()
	if err := h.move(home(before), home(wanted)); err != nil {
		return err
	}
	switch {
	case wanted.SocketIs == agent.SocketMissing:
		return h.world.sockets.remove(wanted.Socket)
	case wanted.Gone, wanted.Script == "" && wanted.Program == nil:
		return nil // nothing listens
	case wanted.Program != nil:
		return h.run(ctx, wanted)
	}
	if err := h.listen(ctx, wanted); err != nil {
		return err
	}
	return h.gather(ctx, wanted)
}

// clear ends what plays and what hangs on it.
func (h *host) clear() {
	for _, c := range h.crowd {
		c.Close()
	}
	h.crowd = nil
	if h.upstream != nil {
		h.upstream.stop()
		h.upstream = nil
	}
	if h.child != nil {
		h.child.kill()
		h.child = nil
	}
}

func (h *host) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clear()
}

// at is where the host listens.
func (h *host) at() netip.AddrPort {
	port := h.wanted.Port
	if port == 0 {
		port = agent.HostPort
	}
	return netip.AddrPortFrom(home(h.wanted), port)
}

// home is where a host in that condition lives, no valid address where it is gone.
func home(h agent.Host) netip.Addr {
	switch {
	case h.Gone:
		return netip.Addr{}
	case h.Addr.IsValid():
		return h.Addr
	}
	return agent.HostAddr(h.Index)
}

// move gives the host another address, in its place.
func (h *host) move(from, to netip.Addr) error {
	if from == to {
		return nil
	}
	links := h.world.far.links
	link, err := links.LinkByName(hostLink(h.index))
	if err != nil {
		return err
	}
	// The old one goes first: it would take a younger one of its network with it.
	for _, step := range []struct {
		addr   netip.Addr
		change func(netlink.Link, *netlink.Addr) error
	}{{from, links.AddrDel}, {to, links.AddrAdd}} {
		if !step.addr.IsValid() {
			continue
		}
		a, err := netlink.ParseAddr(netip.PrefixFrom(step.addr, 24).String())
		if err != nil {
			return err
		}
		if err := step.change(link, a); err != nil {
			return fmt.Errorf("moving from %v to %v: %w", from, to, err)
		}
		if err := h.world.forget(hostLink(h.index), step.addr); err != nil {
			return fmt.Errorf("forgetting the neighbour %v: %w", step.addr, err)
		}
	}
	return nil
}

func (h *host) listen(ctx context.Context, wanted agent.Host) error {
	s, err := script.Parse(wanted.Script)
	if err != nil {
		return fmt.Errorf("the script: %w", err)
	}
	l, err := h.bind(ctx, wanted)
	if err != nil {
		return err
	}
	if wanted.Process == agent.NoProcess {
		h.upstream = &upstream{
			host: h.index, script: s, clock: h.world.clock, authority: h.world.authority, manner: wanted.TLS, listener: l, tell: h.tell,
			called: func(net.Conn) string { return wanted.Called },
		}
		h.upstream.start(wanted.Workers)
		return nil
	}
	defer l.Close() // a listener that we held would go on accepting after the child's death
	h.exit = ""
	c, err := startChild(wanted, h.world.clock, h.world.authority, l, h.world.start, h.tell)
	if err != nil {
		return err
	}
	h.child = c
	if wanted.Throttled {
		go c.throttle(&h.throttled)
	}
	if wanted.Descriptors == 0 {
		return nil
	}
	return c.limitDescriptors(wanted.Descriptors)
}

// bind makes the host's listener. A process that is being started next to it holds a
// copy of the last one until its exec, for a millisecond or so.
func (h *host) bind(ctx context.Context, wanted agent.Host) (l listenerWithFile, err error) {
	h.near.Store(wanted.Socket != "")
	err = until(ctx, func() (bool, error) {
		l, err = h.listener(wanted)
		if errors.Is(err, syscall.EADDRINUSE) {
			return false, nil
		}
		return true, err
	})
	return l, err
}

// listener is one at the host's own address, or at what the gateway has at its side instead.
func (h *host) listener(wanted agent.Host) (listenerWithFile, error) {
	if wanted.Socket == "" {
		return h.world.far.listen(h.at(), wanted.Backlog)
	}
	return h.world.sockets.listenAs(wanted)
}

func (h *host) tell(e agent.Event) {
	e.Host = h.index
	if h.near.Load() {
		e.Peer = netip.Addr{} // whoever is there is on the gateway's own side
		if e.Kind == agent.Accepted {
			h.accepted.Add(1)
		}
	}
	h.world.history.tell(e)
}

// signal puts what can die into that state and returns when it is there.
func (h *host) signal(ctx context.Context, state agent.ProcessState) error {
	err := h.child.be(ctx, state)
	h.exit = h.child.ended()
	return err
}

// gather lets the crowd come, each with a request, and waits until they are where
// the condition has them: in the accept queue, or with a worker.
func (h *host) gather(ctx context.Context, wanted agent.Host) error {
	if wanted.Socket != "" {
		return h.gatherAtSocket(wanted)
	}
	began := h.world.clock.Now()
	for range wanted.Crowd {
		c, err := h.world.far.dial(ctx, netip.Addr{}, h.at())
		if err != nil {
			return fmt.Errorf("the crowd: %w", err)
		}
		h.crowd = append(h.crowd, c)
		if _, err := c.Write([]byte("GET /crowd HTTP/1.1\r\nHost: crowd.test\r\n\r\n")); err != nil {
			return fmt.Errorf("the crowd: %w", err)
		}
	}
	return until(ctx, func() (bool, error) {
		if wanted.Workers == agent.NoWorkers {
			queue, _, err := h.world.queue(h)
			return queue >= wanted.Crowd, err
		}
		requests := h.world.history.since(began, func(e agent.Event) bool { return e.Host == h.index && e.Kind == agent.Request })
		return len(requests) >= wanted.Crowd, nil
	})
}

// until waits for a condition that the kernel does not announce. It looks at once, and then
// less and less often: what takes long may be late by a little, and a crowd of labs that all
// look often would keep each other from what they wait for.
func until(ctx context.Context, holds func() (bool, error)) error {
	const most = 8 * time.Millisecond
	for pause := 500 * time.Microsecond; ; pause = min(2*pause, most) {
		ok, err := holds()
		if ok || err != nil {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// view is the condition of the host as its kernel shows it.
func (h *host) view() (v agent.HostView, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.child != nil {
		h.child.caughtUp()
		v.State, v.Exit = h.child.state(), h.child.ended()
	}
	if h.exit != "" {
		v.Exit = h.exit
	}
	v.OOMKills, v.Throttled = oomKills(), int(h.throttled.Load())
	if v.Socket = h.wanted.Socket; v.Socket != "" { // no network leads there
		v.Attempts = int(h.accepted.Load())
		if v.SocketIs, err = h.world.sockets.state(h.wanted); err != nil {
			return v, err
		}
		v.Queue, err = h.world.socketQueue(v.Socket)
		return v, err
	}
	if v.Queue, v.Dropped, err = h.world.queue(h); err != nil {
		return v, err
	}
	if v.Attempts, v.Resets, err = h.world.ledger.count(h.index); err != nil {
		return v, err
	}
	if v.Neighbours, err = h.world.neighbours(hostLink(h.index)); err != nil {
		return v, err
	}
	if v.Link, err = h.world.links[h.index].view(); err != nil {
		return v, err
	}
	if v.Route, err = h.world.routes.lookUp(h.index); err != nil {
		return v, err
	}
	return v, nil
}

// oomKills reads how many processes the kernel has killed in the agent's own control group
// for want of memory; 0 where that shows nothing.
func oomKills() int {
	groups, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return 0
	}
	for _, g := range agent.MemoryGroups(string(groups)) {
		if text, err := os.ReadFile(g.OOMFile()); err == nil {
			return field(string(text), "oom_kill")
		}
	}
	return 0
}
