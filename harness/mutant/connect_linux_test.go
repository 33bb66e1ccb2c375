package mutant

import (
	"errors"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
)

// deaf is an address whose SYNs are dropped: a full accept queue. That is how Linux
// treats one; other systems reset.
func deaf(t *testing.T) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Close(fd) })
	if err := errors.Join(syscall.Bind(fd, &syscall.SockaddrInet4{Addr: loopback.As4()}), syscall.Listen(fd, 0)); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	addr := net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: name.(*syscall.SockaddrInet4).Port}
	for { // listen(0) holds one connection
		conn, err := net.DialTimeout("tcp", addr.String(), soon)
		if err != nil {
			return addr.String()
		}
		t.Cleanup(func() { conn.Close() })
	}
}

func TestHonestConnectTimeout(t *testing.T) {
	t.Parallel()
	if x := bed(t, Honest, deaf(t)).expect(504, harness.Answered, connectTimeout); x.Ended < soon {
		t.Errorf("it gave up after %v of %v", x.Ended, soon)
	}
}

func TestSays500OfAConnectTimeout(t *testing.T) {
	t.Parallel()
	bed(t, "says-500", deaf(t)).expect(500, harness.Answered, connectTimeout)
}

func TestNoTimeoutConnects(t *testing.T) {
	t.Parallel()
	bed(t, "no-timeout", deaf(t)).expect(0, harness.Hang, "")
}

// An upstream that reads nothing is noticed once the kernel's buffers are full.
func TestHonestSendTimeout(t *testing.T) {
	t.Parallel()
	u := listen(t)
	go each(u, func(c net.Conn) { <-t.Context().Done() })
	conn, err := net.Dial("tcp", u.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	p := &patient{Conn: conn, write: soon}
	for began := time.Now(); ; {
		if _, err := p.Write(make([]byte, 1<<20)); err != nil {
			if f := sendFailure(err); f.kind != writeTimeout || f.status() != 504 || time.Since(began) < soon {
				t.Errorf("%v after %v", f, time.Since(began))
			}
			return
		}
	}
}
