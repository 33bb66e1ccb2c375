//go:build linux

package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// dialSocket connects to a unix socket of the gateway's, by its path in the gateway's root.
func (w *world) dialSocket(ctx context.Context, path string) (net.Conn, error) {
	if w.inside == nil {
		return nil, &ownTrouble{errors.New("a client at a unix socket: this runtime's agent has no way to the gateway's files")}
	}
	g, err := w.inside.launcher.current()
	if err != nil {
		return nil, err
	}
	if g.isGone() { // its number may be another's
		return nil, errEnded
	}
	socket, err := g.find(path)
	if err != nil {
		return nil, err
	}
	defer unix.Close(socket)
	var conn net.Conn
	// A full backlog is no waiting matter for a unix socket: connect(2) says EAGAIN at once.
	err = until(ctx, func() (bool, error) {
		conn, err = net.Dial("unix", fmt.Sprintf("/proc/self/fd/%d", socket))
		return err == nil, unlessFull(err)
	})
	if ctx.Err() != nil {
		err = os.ErrDeadlineExceeded
	}
	if err != nil {
		return nil, &doing{"unix socket", err}
	}
	return conn, nil
}

func unlessFull(err error) error {
	if errors.Is(err, unix.EAGAIN) {
		return nil
	}
	return err
}

var errEnded = errors.New("the gateway has ended")

// find opens a name in the root of the gateway's process. Links mean there what they mean to
// the gateway. A path in /proc/self/fd is short, and an address has room for 107 bytes
// (unix(7)).
func (g *gateway) find(path string) (fd int, err error) {
	root, err := unix.Open(fmt.Sprintf("/proc/%d/root", g.pid), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return -1, errEnded
	}
	if err != nil {
		return -1, &ownTrouble{fmt.Errorf("opening the gateway's root: %w", err)}
	}
	defer unix.Close(root)
	fd, err = unix.Openat2(root, path, &unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: unix.RESOLVE_IN_ROOT})
	if err != nil {
		return -1, &doing{"unix socket", err}
	}
	return fd, nil
}
