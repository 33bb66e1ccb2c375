//go:build linux

package server

import (
	"fmt"
	"net"
	"net/netip"

	"github.com/badgateway/badgateway/harness/agent"
)

// introduceClient says a connection's ends in the PROXY protocol (HAProxy's proxy-protocol.txt,
// section 2.1), as somebody does who passes on a client's connection.
func introduceClient(conn net.Conn, a agent.Ask) error {
	from, to := ends(conn, a)
	header := fmt.Sprintf("PROXY TCP4 %v %v %d %d\r\n", from.Addr(), to.Addr(), from.Port(), to.Port())
	if _, err := conn.Write([]byte(header)); err != nil {
		return &doing{"PROXY header", err}
	}
	return nil
}

// ends are the client's address and the one that it wanted. A unix socket has none: there
// the client is whom the order names, and wanted the gateway's front.
func ends(conn net.Conn, a agent.Ask) (from, to netip.AddrPort) {
	if tcp, ok := conn.LocalAddr().(*net.TCPAddr); ok {
		return tcp.AddrPort(), a.To
	}
	const port = 49152 // the first that nobody owns (RFC 6335 section 6)
	client := a.From
	if !client.IsValid() {
		client = agent.Visitor(0)
	}
	return netip.AddrPortFrom(client, port), netip.AddrPortFrom(agent.Front, agent.FrontPort)
}
