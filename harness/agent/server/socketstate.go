//go:build linux

package server

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
)

// remove takes a socket's file away, as who ends in good order does.
func (s *sockets) remove(path string) error {
	_, err := s.clear(path)
	return err
}

// listenAs is listen for a host in that condition.
func (s *sockets) listenAs(wanted agent.Host) (listenerWithFile, error) {
	l, err := s.listen(wanted.Socket)
	if err != nil {
		return nil, err
	}
	if wanted.Backlog > 0 {
		err = shorten(l, wanted.Backlog)
	}
	if file, known := s.file(wanted.Socket); known == nil && wanted.SocketIs == agent.SocketForbidden {
		err = errors.Join(err, os.Chmod(file, 0))
	}
	if err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// shorten gives a listener another backlog: listen(2) may be called again.
func shorten(l listenerWithFile, backlog int) error {
	f, err := l.File()
	if err != nil {
		return err
	}
	defer f.Close()
	return os.NewSyscallError("listen", unix.Listen(int(f.Fd()), backlog))
}

// gatherAtSocket lets the crowd come to a socket. Who is connected there is in the queue at
// once.
func (h *host) gatherAtSocket(wanted agent.Host) error {
	for range wanted.Crowd {
		file, err := h.world.sockets.file(wanted.Socket)
		if err != nil {
			return err
		}
		c, err := net.Dial("unix", file)
		if err != nil {
			return fmt.Errorf("the crowd: %w", err)
		}
		h.crowd = append(h.crowd, c)
	}
	return nil
}

// state is the condition of a host's socket.
func (s *sockets) state(wanted agent.Host) (agent.SocketState, error) {
	if strings.HasPrefix(wanted.Socket, "[") { // an address of IPv6 has no file
		return agent.SocketOpen, nil
	}
	file, err := s.file(wanted.Socket)
	if err != nil {
		return "", err
	}
	return conditionOf(file, wanted.Workers != agent.NoWorkers)
}

// conditionOf finds out about a socket where somebody accepts, or nobody. Whether it is full is
// seen by going there, which nobody can while it is.
func conditionOf(file string, accepted bool) (agent.SocketState, error) {
	info, err := os.Lstat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return agent.SocketMissing, nil
	case err != nil:
		return "", err
	case info.Mode().Perm() == 0:
		return agent.SocketForbidden, nil
	case accepted:
		return agent.SocketOpen, nil
	}
	c, err := net.Dial("unix", file)
	if errors.Is(err, unix.EAGAIN) {
		return agent.SocketFull, nil
	}
	if err == nil {
		err = c.Close()
	}
	return agent.SocketOpen, err
}
