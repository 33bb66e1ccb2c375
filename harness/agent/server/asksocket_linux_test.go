package server

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
)

// tight listens at a path that is longer than an address, with room for one connection.
func tight(t *testing.T) (l *net.UnixListener, path string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), strings.Repeat("deep/", 30))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	folder, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	l, err = net.ListenUnix("unix", &net.UnixAddr{Name: fmt.Sprintf("/proc/self/fd/%d/x.sock", folder.Fd()), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	l.SetUnlinkOnClose(false) // its name will be another's
	t.Cleanup(func() { l.Close() })
	raw, err := l.SyscallConn()
	if err == nil {
		err = raw.Control(func(fd uintptr) { err = unix.Listen(int(fd), 0) })
	}
	if err != nil {
		t.Fatal(err)
	}
	return l, filepath.Join(dir, "x.sock")
}

// The gateway is this process: its root is the test's own.
func TestAFullSocketIsWaitedFor(t *testing.T) {
	g := &gateway{pid: os.Getpid(), ended: make(chan struct{})}
	w := &world{inside: &inside{launcher: launcher{last: g}}}
	l, path := tight(t)
	first, err := w.dialSocket(waits(t, patience), path)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	if _, err := w.dialSocket(waits(t, silence), path); unopened(err) != agent.EndPatience {
		t.Errorf("while there is no room: %v", err)
	}
	second := make(chan error, 1)
	go func() {
		c, err := w.dialSocket(waits(t, patience), path)
		if err == nil {
			c.Close()
		}
		second <- err
	}()
	if _, err := l.Accept(); err != nil {
		t.Fatal(err)
	}
	if err := <-second; err != nil {
		t.Errorf("once there is room: %v", err)
	}
	close(g.ended)
	if _, err := w.dialSocket(waits(t, patience), path); !errors.Is(err, errEnded) {
		t.Errorf("once the gateway has ended: %v", err)
	}
}
