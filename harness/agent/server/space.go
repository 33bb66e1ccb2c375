//go:build linux

package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"runtime"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// A space is one network namespace, with a thread that stays in it. A socket belongs
// for good to the namespace of the thread that made it, so that is all the thread is
// needed for: once it stands, nobody needs the privilege to change namespaces.
type space struct {
	fd    int // of the namespace
	links *netlink.Handle
	calls chan func()
}

// hereSpace is the namespace the agent was started in. What prepare does befalls its thread
// alone.
func hereSpace(prepare func() error) (*space, error) { return newSpace(prepare) }

// madeSpace is a new namespace. What prepare does befalls its thread alone.
func madeSpace(prepare func() error) (*space, error) {
	return newSpace(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("making a network namespace: %w", err)
		}
		return prepare()
	})
}

func newSpace(enter func() error) (*space, error) {
	s := &space{calls: make(chan func())}
	ready := make(chan error)
	go func() {
		runtime.LockOSThread() // for good: the thread ends with its goroutine
		err := enter()
		if err == nil {
			s.fd, err = unix.Open("/proc/thread-self/ns/net", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		}
		if err == nil {
			s.links, err = netlink.NewHandle(unix.NETLINK_ROUTE)
		}
		ready <- err
		for call := range s.calls {
			call()
		}
	}()
	return s, <-ready
}

// do runs f on the space's thread. f must not wait for anything.
func (s *space) do(f func() error) error {
	done := make(chan error, 1)
	s.calls <- func() { done <- f() }
	return <-done
}

// listen makes a TCP listener in the space.
func (s *space) listen(at netip.AddrPort, backlog int) (l *net.TCPListener, err error) {
	err = s.do(func() error {
		l, err = net.ListenTCP("tcp4", net.TCPAddrFromAddrPort(at))
		return err
	})
	if err != nil || backlog == 0 {
		return l, err
	}
	raw, err := l.SyscallConn()
	if err != nil {
		return nil, err
	}
	// listen(2) on a socket that listens already changes its backlog.
	if cerr := raw.Control(func(fd uintptr) { err = unix.Listen(int(fd), backlog) }); cerr != nil {
		err = cerr
	}
	return l, err
}

func (s *space) listenUDP(at netip.AddrPort) (c *net.UDPConn, err error) {
	err = s.do(func() error {
		c, err = net.ListenUDP("udp4", net.UDPAddrFromAddrPort(at))
		return err
	})
	return c, err
}

// ownTrouble is an error that no peer is to blame for.
type ownTrouble struct{ error }

// dial opens a TCP connection from an address of the space. Its error is the errno of
// connect(2), or os.ErrDeadlineExceeded where ctx ended, or an ownTrouble.
func (s *space) dial(ctx context.Context, from netip.Addr, to netip.AddrPort) (*net.TCPConn, error) {
	fd := -1
	err := s.do(func() (err error) {
		fd, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
		return err
	})
	if err != nil {
		return nil, &ownTrouble{fmt.Errorf("making a socket: %w", err)}
	}
	f := os.NewFile(uintptr(fd), "tcp "+to.String())
	defer f.Close()
	if from.IsValid() {
		if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: from.As4()}); err != nil {
			return nil, &ownTrouble{fmt.Errorf("binding to %v: %w", from, err)}
		}
	}
	stop := context.AfterFunc(ctx, func() { f.SetDeadline(past) })
	defer stop()
	if err := connect(f, fd, to); err != nil {
		return nil, err
	}
	conn, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	return conn.(*net.TCPConn), nil
}

func connect(f *os.File, fd int, to netip.AddrPort) error {
	err := unix.Connect(fd, &unix.SockaddrInet4{Addr: to.Addr().As4(), Port: int(to.Port())})
	if err == nil {
		return nil
	}
	if !errors.Is(err, unix.EINPROGRESS) {
		return err
	}
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	if err := raw.Write(func(fd uintptr) bool {
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}, 0)
		return n > 0 || err != nil && !errors.Is(err, unix.EINTR)
	}); err != nil {
		return err
	}
	errno, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err != nil {
		return err
	}
	if errno != 0 {
		return unix.Errno(errno)
	}
	return nil
}
