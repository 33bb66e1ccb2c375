//go:build linux

package server

import (
	"fmt"
	"net"
	"net/netip"
	"slices"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
)

// surround lays out what a configuration that was not written for a lab takes for granted.
func (w *world) surround(a agent.Surroundings) error {
	w.sockets = newSockets(w.near, a.Sockets)
	if !a.Elsewhere {
		return w.startSockets()
	}
	for _, name := range a.Names {
		if err := w.resolver.set(agent.Name{Name: name, Addrs: []netip.Addr{agent.Front}}); err != nil {
			return err
		}
	}
	for _, step := range []func() error{
		func() error { return w.near.own(a.Listens) },
		w.leadNowhere,
		func() error { return w.near.do(routeLoopback) },
		func() error { return w.openDoors(a) },
		w.receiveStrays,
		w.startElsewhere,
		func() error { return w.startSockets() },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// own gives the space the addresses at which the gateway wants to listen.
func (s *space) own(listens []netip.AddrPort) error {
	lo, err := s.links.LinkByName("lo")
	if err != nil {
		return err
	}
	for _, l := range listens {
		if a := l.Addr(); a.Is4() && !a.IsUnspecified() && !a.IsLoopback() {
			err := s.links.AddrReplace(lo, &netlink.Addr{IPNet: only(a)})
			if err != nil {
				return fmt.Errorf("address %v: %w", a, err)
			}
		}
	}
	return nil
}

// leadNowhere routes what is addressed to nobody to the other side, where it is received
// elsewhere: from the gateway's side by a home of its own, from the clients' by the front.
func (w *world) leadNowhere() error {
	for _, way := range []struct {
		space *space
		home  netip.Addr // the other end's
	}{{w.near, agent.ElsewhereHome}, {w.far, agent.Front}} {
		link, err := way.space.links.LinkByName("clients")
		if err != nil {
			return err
		}
		route := &netlink.Route{LinkIndex: link.Attrs().Index, Gw: way.home.AsSlice()}
		if err := way.space.links.RouteAdd(route); err != nil {
			return fmt.Errorf("a default route by %v: %w", way.home, err)
		}
	}
	return nil
}

// openDoors makes the rules by which the gateway's own kernel leads its connections to where
// they are wanted, and gives them the address of the link that they take.
func (w *world) openDoors(a agent.Surroundings) error {
	nft, err := nftables.New(nftables.AsLasting(), nftables.WithNetNSFd(w.near.fd))
	if err != nil {
		return fmt.Errorf("opening nftables: %w", err)
	}
	table := nft.AddTable(&nftables.Table{Family: nftables.TableFamilyIPv4, Name: "doors"})
	out := nft.AddChain(&nftables.Chain{
		Name: "out", Table: table, Type: nftables.ChainTypeNAT, Hooknum: nftables.ChainHookOutput, Priority: nftables.ChainPriorityNATDest,
	})
	add := func(e ...[]expr.Any) {
		nft.AddRule(&nftables.Rule{Table: table, Chain: out, Exprs: slices.Concat(e...)})
	}
	for _, protocol := range []byte{unix.IPPROTO_UDP, unix.IPPROTO_TCP} {
		for _, r := range append(a.Resolvers, netip.AddrPortFrom(netip.Addr{}, 53)) {
			add(isProtocol(protocol), isTo(r.Addr()), isPort(r.Port()), leadTo(netip.AddrPortFrom(agent.Resolver, 53)))
		}
	}
	for _, d := range a.Doors {
		add(isProtocol(unix.IPPROTO_TCP), isTo(d.At.Addr()), isPort(d.At.Port()), leadTo(netip.AddrPortFrom(agent.HostAddr(d.Host), 0)))
		if err := nft.Flush(); err != nil { // a transaction a door: one for all could be too long
			return fmt.Errorf("the door at %v: %w", d.At, err)
		}
	}
	for _, l := range a.Listens {
		if l.Addr().IsUnspecified() || l.Addr().IsLoopback() {
			add(isProtocol(unix.IPPROTO_TCP), isLoopback(), isPort(l.Port()), []expr.Any{&expr.Verdict{Kind: expr.VerdictAccept}})
			if err := nft.Flush(); err != nil {
				return fmt.Errorf("what listens at %v: %w", l, err)
			}
		}
	}
	add(isProtocol(unix.IPPROTO_TCP), isLoopback(), leadTo(netip.AddrPortFrom(agent.LoopbackElsewhere, 0)))
	post := nft.AddChain(&nftables.Chain{
		Name: "post", Table: table, Type: nftables.ChainTypeNAT, Hooknum: nftables.ChainHookPostrouting, Priority: nftables.ChainPriorityNATSource,
	})
	nft.AddRule(&nftables.Rule{Table: table, Chain: post, Exprs: append(wasLed(), &expr.Masq{})})
	if err := nft.Flush(); err != nil {
		return fmt.Errorf("the doors: %w", err)
	}
	return nil
}

// receiveStrays lets what is addressed to nobody be received elsewhere.
func (w *world) receiveStrays() error {
	nft, err := nftables.New(nftables.AsLasting(), nftables.WithNetNSFd(w.far.fd))
	if err != nil {
		return fmt.Errorf("opening nftables: %w", err)
	}
	table := nft.AddTable(&nftables.Table{Family: nftables.TableFamilyIPv4, Name: "elsewhere"})
	chain := nft.AddChain(&nftables.Chain{
		Name: "strays", Table: table, Type: nftables.ChainTypeNAT, Hooknum: nftables.ChainHookPrerouting, Priority: nftables.ChainPriorityNATDest,
	})
	clients := make([]byte, unix.IFNAMSIZ)
	copy(clients, "clients")
	e := slices.Concat([]expr.Any{
		&expr.Meta{Key: expr.MetaKeyIIFNAME, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: clients},
	}, isProtocol(unix.IPPROTO_TCP), daddr(2, expr.CmpOpNeq, agent.Front), leadTo(elsewhereAt))
	nft.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: e})
	if err := nft.Flush(); err != nil {
		return fmt.Errorf("receiving strays: %w", err)
	}
	return nil
}

func isProtocol(p byte) []expr.Any {
	return []expr.Any{
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: 1},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{p}},
	}
}

// isTo matches the address that a packet goes to; one that is not valid matches all.
func isTo(a netip.Addr) []expr.Any {
	if !a.IsValid() {
		return nil
	}
	return daddr(4, expr.CmpOpEq, a)
}

func isLoopback() []expr.Any { return daddr(1, expr.CmpOpEq, netip.AddrFrom4([4]byte{127})) }

// daddr compares the first bytes of the address that a packet goes to.
func daddr(n uint32, op expr.CmpOp, a netip.Addr) []expr.Any {
	return []expr.Any{
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseNetworkHeader, Offset: 16, Len: n},
		&expr.Cmp{Op: op, Register: 1, Data: a.AsSlice()[:n]},
	}
}

func isPort(port uint16) []expr.Any {
	return []expr.Any{
		&expr.Payload{DestRegister: 1, Base: expr.PayloadBaseTransportHeader, Offset: 2, Len: 2},
		&expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{byte(port >> 8), byte(port)}},
	}
}

// leadTo gives a connection another destination; port 0 keeps its own.
func leadTo(to netip.AddrPort) []expr.Any {
	e := []expr.Any{&expr.Immediate{Register: 1, Data: to.Addr().AsSlice()}}
	nat := &expr.NAT{Type: expr.NATTypeDestNAT, Family: unix.NFPROTO_IPV4, RegAddrMin: 1}
	if to.Port() != 0 {
		e = append(e, &expr.Immediate{Register: 2, Data: []byte{byte(to.Port() >> 8), byte(to.Port())}})
		nat.RegProtoMin = 2
	}
	return append(e, nat)
}

// wasLed matches connections that were given another destination (IPS_DST_NAT of
// nf_conntrack_common.h).
func wasLed() []expr.Any {
	mask := []byte{1 << 5, 0, 0, 0} // the host's byte order, which is little-endian on all that Go's agents are built for
	return []expr.Any{
		&expr.Ct{Key: expr.CtKeySTATUS, Register: 1},
		&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 4, Mask: mask, Xor: make([]byte, 4)},
		&expr.Cmp{Op: expr.CmpOpNeq, Register: 1, Data: make([]byte, 4)},
	}
}

// originally is where a connection wanted to go before it was given another destination
// (SO_ORIGINAL_DST of linux/netfilter_ipv4.h), not valid where it was not.
func originally(c *net.TCPConn) (to netip.AddrPort) {
	raw, err := c.SyscallConn()
	if err != nil {
		return to
	}
	const originalDestination = 80
	raw.Control(func(fd uintptr) {
		// It is a sockaddr_in, which has the size of what this call is meant for.
		a, err := unix.GetsockoptIPv6Mreq(int(fd), unix.IPPROTO_IP, originalDestination)
		if err == nil {
			m := a.Multiaddr
			to = netip.AddrPortFrom(netip.AddrFrom4([4]byte(m[4:8])), uint16(m[2])<<8|uint16(m[3]))
		}
	})
	return to
}
