//go:build linux

package server

import (
	"fmt"
	"net/netip"
	"os/exec"
	"runtime"
	"slices"
	"sync"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/authority"
	"github.com/badgateway/badgateway/harness/clock"
)

// world is the two namespaces and everything the agent plays in them.
type world struct {
	clock     clock.Clock
	history   *history
	near, far *space
	hosts     []*host
	links     []*link
	routes    *routes
	resolver  *resolver
	firewall  *firewall
	ledger    *ledger
	diag      map[*space]*socketDiag
	noise     *noise
	elsewhere *upstream // nil without
	sockets   *sockets
	inside    *inside              // nil in a container
	authority *authority.Authority // nil where nobody speaks TLS
	owned     sync.Map             // the addresses of clients that the far kernel was given
	ports     ports                // of the near side
	loads     loads                // of crowds
	trying    sync.Mutex           // held while something is tried
	relays    relays
	noNode    error // why the node of TAP devices could not be made
}

// buildWorld makes the namespaces, joins them, and gives up the privilege for it. (An
// agent that is inside keeps it: it makes a root for each start of the gateway.)
func buildWorld(b agent.Build, c clock.Clock, h *history, own *inside) (w *world, built agent.Built, err error) {
	if b.Hosts < 1 || b.Hosts > agent.MaxHosts || b.Bays < 1 || b.Bays > agent.MaxBays {
		return nil, built, fmt.Errorf("a world of %d hosts and %d bays", b.Hosts, b.Bays)
	}
	for _, i := range b.Wired {
		if i < 0 || i >= b.Hosts {
			return nil, built, fmt.Errorf("a link that delays, and no host %d", i)
		}
	}
	w = &world{clock: c, history: h, noise: newNoise(c), inside: own}
	if w.authority, err = signer(b.Authority); err != nil {
		return nil, built, err
	}
	if b.Ports {
		w.ports = openPortRange() // while that may be done
	}
	if b.MakeTUN {
		w.noNode = makeTUN()
	}
	if w.near, err = hereSpace(forgetMetrics); err != nil {
		return nil, built, err
	}
	if w.far, err = madeSpace(func() error {
		if liftICMPLimit() != nil {
			return nil // there, nothing can be set
		}
		built.ICMPUnlimited = true
		return forgetMetrics()
	}); err != nil {
		return nil, built, err
	}
	if err := w.join(b); err != nil {
		return nil, built, fmt.Errorf("joining the namespaces: %w", err)
	}
	if err := w.equip(b); err != nil {
		return nil, built, err
	}
	if err := w.surround(b.Around); err != nil {
		return nil, built, fmt.Errorf("laying out the surroundings: %w", err)
	}
	if err := w.settle(b); err != nil {
		return nil, built, err
	}
	built.Capabilities, err = heldCapabilities()
	if err != nil {
		return nil, built, err
	}
	for i := range b.Hosts {
		w.hosts = append(w.hosts, newHost(w, i))
	}
	if !b.Still && !b.Virtual {
		go w.noise.watch()
	}
	return w, built, w.resolver.start(w.far)
}

// settle lets the agent be no more than it has to be, once the namespaces stand.
func (w *world) settle(b agent.Build) error {
	switch {
	case b.Virtual:
		// The runtime takes a core for taken while a thread waits in a call. What is ready must
		// find another: where it has to wait for one everybody sleeps, and there is something to do.
		const calls = 6
		runtime.GOMAXPROCS(b.Bays + calls)
	case w.inside != nil:
		const most = 4 // what an agent does is little, and most of it waits
		runtime.GOMAXPROCS(min(b.Bays, most, runtime.NumCPU()))
	}
	if w.inside != nil {
		return openPorts()
	}
	return keepOnly(unix.CAP_NET_ADMIN, unix.CAP_NET_BIND_SERVICE, unix.CAP_KILL)
}

// start starts a process of the agent's that is to hold no capability, and to end with it.
func (w *world) start(cmd *exec.Cmd) error {
	if w.inside != nil {
		return w.inside.nursery.start(cmd)
	}
	return cmd.Start()
}

// equip makes what needs a place in both namespaces.
func (w *world) equip(b agent.Build) (err error) {
	w.resolver = newResolver(w.history, b.Around.Elsewhere)
	if w.firewall, err = newFirewall(w.near, w.far); err != nil {
		return err
	}
	if w.ledger, err = newLedger(w.far, b.Hosts); err != nil {
		return err
	}
	w.diag = map[*space]*socketDiag{}
	for _, s := range []*space{w.near, w.far} {
		if w.diag[s], err = newSocketDiag(s); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) close() {
	for _, h := range w.hosts {
		h.close()
	}
	for _, l := range w.links {
		l.close()
	}
	if w.elsewhere != nil {
		w.elsewhere.stop()
	}
	if w.sockets != nil { // or it was never surrounded
		w.sockets.close()
	}
}

// join lays a pair of interfaces for each host, one for the resolver and one for the
// clients, so that each has ARP, queues and routes of its own.
func (w *world) join(b agent.Build) error {
	for _, s := range []*space{w.near, w.far} {
		lo, err := s.links.LinkByName("lo")
		if err != nil {
			return err
		}
		if err := s.links.LinkSetUp(lo); err != nil {
			return err
		}
	}
	if err := w.pair("dns", addresses(24, agent.Resolver), addresses(24, agent.ResolverNear)); err != nil {
		return err
	}
	if err := w.acquaint("dns", addresses(24, agent.Resolver), addresses(24, agent.ResolverNear)); err != nil {
		return err
	}
	var clients []netip.Addr
	for i := range b.Bays {
		clients = append(clients, agent.Visitor(i), agent.Prober(i), agent.Stranger(i))
	}
	if b.Around.Elsewhere {
		clients = append(clients, agent.ElsewhereHome)
	}
	if err := w.pair("clients", addresses(16, clients...), addresses(16, agent.Front)); err != nil {
		return err
	}
	if err := w.acquaint("clients", addresses(16, clients...), addresses(16, agent.Front)); err != nil {
		return err
	}
	for i := range b.Hosts {
		far := append(addresses(24, agent.HostAddr(i)), addresses(32, agent.IdleAddr(i))...)
		near := addresses(24, agent.NearAddr(i))
		if err := w.lay(i, slices.Contains(b.Wired, i), far, near); err != nil {
			return err
		}
		if err := w.acquaint(hostLink(i), nil, near); err != nil {
			return err
		}
	}
	w.routes = newRoutes(w.near, b.Around.Doors)
	return nil
}

func hostLink(i int) string { return fmt.Sprintf("host%d", i) }

func addresses(bits int, addrs ...netip.Addr) []netip.Prefix {
	prefixes := make([]netip.Prefix, len(addrs))
	for i, a := range addrs {
		prefixes[i] = netip.PrefixFrom(a, bits)
	}
	return prefixes
}

// pair lays one veth pair. Both ends have the same name, each in its namespace.
func (w *world) pair(name string, far, near []netip.Prefix) error {
	err := w.far.links.LinkAdd(&netlink.Veth{
		LinkAttrs: netlink.LinkAttrs{Name: name}, PeerName: name, PeerNamespace: netlink.NsFd(w.near.fd),
	})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return w.furnish(name, far, near)
}

// furnish gives both ends of a link their addresses and takes them up.
func (w *world) furnish(name string, far, near []netip.Prefix) error {
	if err := w.far.furnish(name, far); err != nil {
		return fmt.Errorf("%s, far end: %w", name, err)
	}
	if err := w.near.furnish(name, near); err != nil {
		return fmt.Errorf("%s, near end: %w", name, err)
	}
	return nil
}

func (s *space) furnish(name string, addrs []netip.Prefix) error {
	link, err := s.links.LinkByName(name)
	if err != nil {
		return err
	}
	for _, a := range addrs {
		addr, err := netlink.ParseAddr(a.String())
		if err != nil {
			return err
		}
		if err := s.links.AddrAdd(link, addr); err != nil {
			return fmt.Errorf("address %v: %w", a, err)
		}
	}
	return s.links.LinkSetUp(link)
}
