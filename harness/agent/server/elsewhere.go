//go:build linux

package server

import (
	"net"
	"net/netip"

	"github.com/badgateway/badgateway/harness/agent"
)

// elsewhereAt is where strays are received.
var elsewhereAt = netip.AddrPortFrom(agent.ElsewhereHome, 1)

// startElsewhere plays the upstream that stands for all that have no host of their own.
func (w *world) startElsewhere() error {
	l, err := w.far.listen(elsewhereAt, 0)
	if err != nil {
		return err
	}
	w.elsewhere = w.upstreamElsewhere(l)
	w.elsewhere.wanted, w.elsewhere.called = w.wanted, w.calledElsewhere
	w.elsewhere.start(0)
	return nil
}

// wanted is where a connection wanted to go, as the gateway's configuration has it: an
// address, and the name by which it was found.
func (w *world) wanted(c net.Conn) (netip.AddrPort, string) {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return netip.AddrPort{}, ""
	}
	to := originally(tcp)
	if to.Addr() == agent.LoopbackElsewhere {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), to.Port()), ""
	}
	return to, w.resolver.nameOf(to.Addr())
}

// calledElsewhere is the name by which a connection came, or the address.
func (w *world) calledElsewhere(c net.Conn) string {
	to, name := w.wanted(c)
	if name == "" && to.IsValid() {
		return to.Addr().String()
	}
	return name
}
