//go:build linux

package server

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
)

// socketDiag asks a namespace's kernel about its listening sockets (sock_diag(7)).
type socketDiag struct {
	mu   sync.Mutex
	conn *netlink.Conn
}

func newSocketDiag(s *space) (*socketDiag, error) {
	conn, err := netlink.Dial(unix.NETLINK_SOCK_DIAG, &netlink.Config{NetNS: s.fd})
	if err != nil {
		return nil, fmt.Errorf("opening sock_diag: %w", err)
	}
	return &socketDiag{conn: conn}, nil
}

// listener is one listening socket.
type listener struct {
	at      netip.AddrPort
	queue   int // connections that wait to be accepted
	dropped int // SYNs and connections that it turned away for want of room
}

// What the kernel's headers call them; inet_diag.h and sock_diag.h.
const (
	sockDiagByFamily = 20
	tcpListen        = 10
	inetDiagSKMem    = 7  // INET_DIAG_SKMEMINFO
	skMemDrops       = 8  // SK_MEMINFO_DROPS
	inetDiagMsgSize  = 72 // struct inet_diag_msg
)

// listeners are the TCP sockets that listen, for IPv4 and for IPv6: one that listens on
// [::] as a rule serves both.
func (d *socketDiag) listeners() (found []listener, err error) {
	for _, family := range []byte{unix.AF_INET, unix.AF_INET6} {
		some, err := d.dump(family)
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	return found, nil
}

func (d *socketDiag) dump(family byte) ([]listener, error) {
	// struct inet_diag_req_v2: family, protocol, ext, pad, states, then an id of zeros.
	req := make([]byte, 56)
	req[0], req[1], req[2] = family, unix.IPPROTO_TCP, 1<<(inetDiagSKMem-1)
	binary.NativeEndian.PutUint32(req[4:], 1<<tcpListen)
	d.mu.Lock()
	defer d.mu.Unlock()
	msgs, err := d.conn.Execute(netlink.Message{
		Header: netlink.Header{Type: sockDiagByFamily, Flags: netlink.Request | netlink.Dump}, Data: req,
	})
	if err != nil {
		return nil, fmt.Errorf("asking sock_diag: %w", err)
	}
	var found []listener
	for _, m := range msgs {
		l, err := parseListener(m.Data)
		if err != nil {
			return nil, err
		}
		found = append(found, l)
	}
	return found, nil
}

func parseListener(msg []byte) (l listener, err error) {
	if len(msg) < inetDiagMsgSize {
		return l, errors.New("sock_diag gave a short message")
	}
	port := binary.BigEndian.Uint16(msg[4:])
	addr := netip.AddrFrom4([4]byte(msg[8:12]))
	if msg[0] == unix.AF_INET6 {
		addr = netip.AddrFrom16([16]byte(msg[8:24]))
	}
	l.at = netip.AddrPortFrom(addr, port)
	l.queue = int(binary.NativeEndian.Uint32(msg[56:])) // idiag_rqueue
	attrs, err := netlink.NewAttributeDecoder(msg[inetDiagMsgSize:])
	if err != nil {
		return l, err
	}
	for attrs.Next() {
		if mem := attrs.Bytes(); attrs.Type() == inetDiagSKMem && len(mem) >= 4*(skMemDrops+1) {
			l.dropped = int(binary.NativeEndian.Uint32(mem[4*skMemDrops:]))
		}
	}
	return l, attrs.Err()
}

// queue is what waits at a host's listener, and what that dropped.
func (w *world) queue(h *host) (queue, dropped int, err error) {
	found, err := w.diag[w.far].listeners()
	for _, l := range found {
		if l.at == h.at() {
			return l.queue, l.dropped, nil
		}
	}
	return 0, 0, err
}

// listening waits until the gateway listens on a port.
func (w *world) listening(ctx context.Context, port uint16) error {
	const patience = 10 * time.Second
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("nothing listens on port %d after %v", port, patience))
	defer cancel()
	return until(ctx, func() (bool, error) {
		found, err := w.diag[w.near].listeners()
		for _, l := range found {
			if l.at.Port() == port && (l.at.Addr().IsUnspecified() || l.at.Addr() == agent.Front) {
				return true, nil
			}
		}
		return false, err
	})
}
