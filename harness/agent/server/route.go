//go:build linux

package server

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
)

// routes are those of the gateway's side that stand in the way of the ones to the hosts.
type routes struct {
	near *space

	mu     sync.Mutex
	doors  map[int][]netip.Addr // the addresses that the gateway knows a host by, besides its own
	placed map[int][]*netlink.Route
}

func newRoutes(near *space, doors []agent.Door) *routes {
	r := &routes{near: near, doors: map[int][]netip.Addr{}, placed: map[int][]*netlink.Route{}}
	for _, d := range doors {
		r.doors[d.Host] = append(r.doors[d.Host], d.At.Addr())
	}
	return r
}

// known are the addresses that the gateway may look for a host at. The one that it does look for
// is the first.
func (r *routes) known(host int) []netip.Addr {
	return append(slices.Clip(r.doors[host]), agent.HostAddr(host))
}

// routeTypes are the kernel's. A throw ends the search of the table as if nothing had
// been found there, and there is no other table (ip-route(8)): an unreachable route
// would say EHOSTUNREACH, which is what a host says that cannot be found.
var routeTypes = map[agent.RouteKind]int{agent.NoRoute: unix.RTN_THROW, agent.Prohibited: unix.RTN_PROHIBIT}

func (w *world) setRoute(r agent.Route) error {
	if r.Host < 0 || r.Host >= len(w.links) {
		return fmt.Errorf("no host %d", r.Host)
	}
	kind, known := routeTypes[r.Kind]
	if !known && r.Kind != agent.Routed {
		return fmt.Errorf("no kind of route is called %q", r.Kind)
	}
	return w.routes.set(r.Host, kind)
}

// set puts a route of that type in the way of a host, none if it is 0.
func (r *routes) set(host, kind int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, old := range r.placed[host] {
		if err := r.near.links.RouteDel(old); err != nil && !errors.Is(err, unix.ESRCH) {
			return fmt.Errorf("taking a route away: %w", err)
		}
	}
	delete(r.placed, host)
	if kind == 0 {
		return nil
	}
	for _, a := range r.known(host) {
		route := &netlink.Route{Dst: only(a), Type: kind}
		err := r.near.links.RouteAdd(route)
		if errors.Is(err, unix.EEXIST) {
			continue // another host's, at another port of the same address
		}
		if err != nil {
			return fmt.Errorf("placing a route: %w", err)
		}
		r.placed[host] = append(r.placed[host], route)
	}
	return nil
}

// only is the network of one address.
func only(a netip.Addr) *net.IPNet {
	return &net.IPNet{IP: a.AsSlice(), Mask: net.CIDRMask(a.BitLen(), a.BitLen())}
}

// lookUp is the errno that the gateway's kernel gives to who looks for a route to a host,
// "" where it has one, or where nothing was placed that could keep it from that.
func (r *routes) lookUp(host int) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.placed[host] == nil {
		return "", nil
	}
	_, err := r.near.links.RouteGet(r.known(host)[0].AsSlice())
	if errno := unix.Errno(0); errors.As(err, &errno) {
		return unix.ErrnoName(errno), nil
	}
	return "", err
}

// missed is how many packets the kernel had no route for, where a route was placed.
func (r *routes) missed() (n uint64, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.placed) == 0 {
		return 0, nil
	}
	var text []byte
	err = r.near.do(func() (err error) {
		text, err = os.ReadFile("/proc/thread-self/net/snmp")
		return err
	})
	if err != nil {
		return 0, err
	}
	return ipCounter(string(text), "OutNoRoutes")
}

// ipCounter reads a counter of the Internet Protocol (RFC 4293): a line of names, then
// one of values.
func ipCounter(text, name string) (uint64, error) {
	var names []string
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] != "Ip:" {
			continue
		}
		if names == nil {
			names = fields
			continue
		}
		for i := range min(len(names), len(fields)) {
			if names[i] == name {
				return strconv.ParseUint(fields[i], 10, 64)
			}
		}
	}
	return 0, fmt.Errorf("the kernel keeps no counter called Ip%s", name)
}
