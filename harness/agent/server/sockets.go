//go:build linux

package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// sockets are the unix sockets at which a configuration looks for upstreams. Those that are
// no host's are elsewhere.
type sockets struct {
	near  *space
	paths []string

	mu        sync.Mutex
	elsewhere map[string]*upstream
}

func newSockets(near *space, paths []string) *sockets {
	return &sockets{near: near, paths: paths, elsewhere: map[string]*upstream{}}
}

// startSockets plays elsewhere at all of them.
func (w *world) startSockets() error {
	for _, path := range w.sockets.paths {
		l, err := w.sockets.listen(path)
		if err != nil {
			return err
		}
		u := w.upstreamElsewhere(l)
		u.wanted = func(net.Conn) (netip.AddrPort, string) { return netip.AddrPort{}, "unix:" + path } // as NGINX writes it
		u.start(0)
		w.sockets.elsewhere[path] = u
	}
	return nil
}

// listen makes the listener of a socket, in the place of whatever listened there.
func (s *sockets) listen(path string) (listenerWithFile, error) {
	file, err := s.clear(path)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(path, "[") {
		return s.near.listen6(path)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: file, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("the unix socket %s: %w", path, err)
	}
	l.SetUnlinkOnClose(false) // who is dead leaves it behind, and is refused at
	return l, os.Chmod(file, 0o777)
}

// clear leaves a socket to whoever is to listen there next, and says by which file.
func (s *sockets) clear(path string) (file string, err error) {
	if file, err = s.file(path); err != nil {
		return "", err
	}
	s.free(path)
	if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	return file, nil
}

// file is where the agent has a socket of the configuration's.
func (s *sockets) file(path string) (string, error) {
	n := slices.Index(s.paths, path)
	if n < 0 {
		return "", fmt.Errorf("the configuration looks at no unix socket %s", path)
	}
	return agent.SocketFile(n), nil
}

// listen6 listens at an IPv6 address, which is made the space's own.
func (s *space) listen6(text string) (listenerWithFile, error) {
	at, err := netip.ParseAddrPort(text)
	if err != nil {
		return nil, err
	}
	if err := s.own6(at.Addr()); err != nil {
		return nil, fmt.Errorf("address %v: %w", at.Addr(), err)
	}
	var l *net.TCPListener
	err = s.do(func() (err error) {
		l, err = net.ListenTCP("tcp6", net.TCPAddrFromAddrPort(at))
		return err
	})
	return l, err
}

// own6 makes an address the space's own and returns once it is. The kernel has its route
// among the local ones only a while after it has the address (addrconf_dad_work); a
// connection that is opened meanwhile fails after a second.
func (s *space) own6(a netip.Addr) error {
	lo, err := s.links.LinkByName("lo")
	if err == nil && !a.IsLoopback() {
		err = s.links.AddrReplace(lo, &netlink.Addr{IPNet: only(a), Flags: unix.IFA_F_NODAD})
	}
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), ownWithin)
	defer cancel()
	return until(ctx, func() (bool, error) {
		found, err := s.links.RouteGet(a.AsSlice())
		return err == nil && len(found) > 0 && found[0].Table == unix.RT_TABLE_LOCAL, nil
	})
}

// ownWithin bounds how long the kernel may take for it: it takes less than a millisecond.
const ownWithin = 5 * time.Second

// free ends what is played elsewhere at a socket.
func (s *sockets) free(path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u := s.elsewhere[path]; u != nil {
		u.stop()
		delete(s.elsewhere, path)
	}
}

func (s *sockets) close() {
	for _, path := range s.paths {
		s.free(path)
	}
}

// upstreamElsewhere is one that stands for those that have no host of their own.
func (w *world) upstreamElsewhere(l net.Listener) *upstream {
	return &upstream{
		host: agent.Elsewhere, script: script.Healthy, clock: w.clock, listener: l, authority: w.authority,
		tell: func(e agent.Event) { e.Host = agent.Elsewhere; w.history.tell(e) },
	}
}
