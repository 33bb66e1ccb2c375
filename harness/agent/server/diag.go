//go:build linux

package server

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
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

// find asks for the socket that would take a connection to that address, or reports that
// there is none. It is one look into the kernel's table: to list all listeners would walk
// through those of every namespace of the machine, which takes the longer the more labs
// there are.
func (d *socketDiag) find(at netip.AddrPort) (l listener, found bool, err error) {
	for _, family := range []byte{unix.AF_INET, unix.AF_INET6} { // one that listens on [::] as a rule serves both
		if l, found, err = d.findIn(family, at); found || err != nil {
			return l, found, err
		}
	}
	return l, false, nil
}

func (d *socketDiag) findIn(family byte, at netip.AddrPort) (l listener, found bool, err error) {
	// struct inet_diag_req_v2: family, protocol, ext, pad, states, then the socket's id:
	// ports, addresses, interface, and a cookie that says that none is known.
	req := make([]byte, 56)
	req[0], req[1], req[2] = family, unix.IPPROTO_TCP, 1<<(inetDiagSKMem-1)
	binary.NativeEndian.PutUint32(req[4:], 1<<tcpListen)
	binary.BigEndian.PutUint16(req[8:], at.Port())
	if family == unix.AF_INET {
		copy(req[12:], at.Addr().AsSlice())
	}
	binary.NativeEndian.PutUint64(req[48:], math.MaxUint64)
	d.mu.Lock()
	defer d.mu.Unlock()
	msgs, err := d.conn.Execute(netlink.Message{Header: netlink.Header{Type: sockDiagByFamily, Flags: netlink.Request}, Data: req})
	if errors.Is(err, unix.ENOENT) {
		return l, false, nil
	}
	if err != nil || len(msgs) == 0 {
		return l, false, fmt.Errorf("asking sock_diag: %d answers: %w", len(msgs), err)
	}
	l, err = parseListener(msgs[0].Data)
	return l, err == nil, err
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

// What unix_diag.h calls them.
const (
	unixDiagName, unixDiagRQLen = 0, 4 // UNIX_DIAG_NAME, UNIX_DIAG_RQLEN
	unixDiagMsgSize             = 16   // struct unix_diag_msg
	unixShow                    = 1<<0 | 1<<4
)

// findSocket asks for the unix socket that listens at a file. Those of the namespace are few.
func (d *socketDiag) findSocket(file string) (l listener, found bool, err error) {
	// struct unix_diag_req: family, protocol, pad, states, inode, what to show, a cookie.
	req := make([]byte, 24)
	req[0] = unix.AF_UNIX
	binary.NativeEndian.PutUint32(req[4:], 1<<tcpListen)
	binary.NativeEndian.PutUint32(req[12:], unixShow)
	d.mu.Lock()
	defer d.mu.Unlock()
	msgs, err := d.conn.Execute(netlink.Message{Header: netlink.Header{Type: sockDiagByFamily, Flags: netlink.Request | netlink.Dump}, Data: req})
	if err != nil {
		return l, false, fmt.Errorf("asking sock_diag for unix sockets: %w", err)
	}
	for _, msg := range msgs {
		name, queue, err := parseSocket(msg.Data)
		if err != nil {
			return l, false, err
		}
		if name == file {
			return listener{queue: queue}, true, nil
		}
	}
	return l, false, nil
}

func parseSocket(msg []byte) (name string, queue int, err error) {
	if len(msg) < unixDiagMsgSize {
		return "", 0, errors.New("sock_diag gave a short message")
	}
	attrs, err := netlink.NewAttributeDecoder(msg[unixDiagMsgSize:])
	if err != nil {
		return "", 0, err
	}
	for attrs.Next() {
		switch b := attrs.Bytes(); {
		case attrs.Type() == unixDiagName:
			name = strings.TrimRight(string(b), "\x00")
		case attrs.Type() == unixDiagRQLen && len(b) >= 4:
			queue = int(binary.NativeEndian.Uint32(b))
		}
	}
	return name, queue, attrs.Err()
}

// socketQueue is what waits at a unix socket: an upstream of the agent's own listens on the
// near side, a program on the far one.
func (w *world) socketQueue(path string) (queue int, err error) {
	file, err := w.sockets.file(path)
	if err != nil {
		return 0, err
	}
	for _, d := range w.diag {
		if l, found, err := d.findSocket(file); found || err != nil {
			return l.queue, err
		}
	}
	return 0, nil
}

// queue is what waits at a host's listener, and what that dropped.
func (w *world) queue(h *host) (queue, dropped int, err error) {
	l, _, err := w.diag[w.far].find(h.at())
	return l.queue, l.dropped, err
}

// listening waits until the gateway listens on a port of its front.
func (w *world) listening(ctx context.Context, at netip.AddrPort) error {
	const patience = 10 * time.Second
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("nothing listens at %v after %v", at, patience))
	defer cancel()
	return until(ctx, func() (bool, error) {
		_, found, err := w.diag[w.near].find(at)
		return found, err
	})
}
