package server

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/badgateway/badgateway/harness/agent"
)

// Each condition of a socket is what who connects finds there.
func TestTheConditionsOfASocket(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.sock")
	is := func(want agent.SocketState, accepted bool) {
		t.Helper()
		if got, err := conditionOf(file, accepted); got != want || err != nil {
			t.Errorf("it is %q, %v; want %q", got, err, want)
		}
	}
	is(agent.SocketMissing, true)
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: file, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	is(agent.SocketOpen, true)
	is(agent.SocketOpen, false) // that look lies in the queue now
	const places = 2
	if err := shorten(l, places); err != nil {
		t.Fatal(err)
	}
	for range places {
		c, err := net.Dial("unix", file)
		if err != nil {
			t.Fatalf("there is room, and it is %v", err)
		}
		defer c.Close()
	}
	is(agent.SocketFull, false)
	if _, err := net.Dial("unix", file); !errors.Is(err, syscall.EAGAIN) {
		t.Errorf("it is full, and whoever comes gets %v", err)
	}
	if err := os.Chmod(file, 0); err != nil {
		t.Fatal(err)
	}
	is(agent.SocketForbidden, true)
}

func TestASocketThatIsTakenAway(t *testing.T) {
	s := &sockets{paths: []string{"/run/a.sock"}}
	if err := s.remove("/run/a.sock"); err != nil { // there is no file
		t.Errorf("what is not there cannot be taken away: %v", err)
	}
	if err := s.remove("/run/b.sock"); err == nil {
		t.Error("a socket is taken away that nobody looks at")
	}
}
