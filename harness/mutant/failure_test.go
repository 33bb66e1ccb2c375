package mutant

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"

	"github.com/badgateway/badgateway/harness"
)

// What the kernel says of a connection that it cannot open. What it says where comes
// from connect(2), ip(7) and icmp(7); the lab shows it for real.
func TestConnectFailures(t *testing.T) {
	for _, c := range []struct {
		err    error
		kind   string
		status int
	}{
		{syscall.ECONNREFUSED, connectionRefused, 502},
		{syscall.EHOSTUNREACH, unroutable, 502},
		{syscall.ENETUNREACH, unroutable, 502},
		{syscall.EACCES, prohibited, 502},
		{syscall.EPERM, prohibited, 502},
		{syscall.EADDRNOTAVAIL, internalError, 500},
		{syscall.ETIMEDOUT, connectTimeout, 504},
		{os.ErrDeadlineExceeded, connectTimeout, 504},
	} {
		err := c.err
		if errno, ok := c.err.(syscall.Errno); ok {
			err = os.NewSyscallError("connect", errno)
		}
		f := connectFailure(&net.OpError{Op: "dial", Err: err})
		if f.kind != c.kind || f.status() != c.status || f.phase != harness.PhaseConnect {
			t.Errorf("%v is %v, %d", c.err, f, f.status())
		}
	}
}

func TestReadAndSendFailures(t *testing.T) {
	for _, c := range []struct {
		f    *failure
		kind string
	}{
		{connectFailure(syscall.ECONNRESET), connectionCut},
		{readFailure(harness.PhaseWait, os.ErrDeadlineExceeded), readTimeout},
		{readFailure(harness.PhaseWait, io.EOF), incomplete},
		{readFailure(harness.PhaseWait, io.ErrUnexpectedEOF), incomplete},
		{readFailure(harness.PhaseWait, syscall.ECONNRESET), connectionCut},
		{readFailure(harness.PhaseWait, malformed(harness.PhaseHeader, "so")), protocolError},
		{sendFailure(syscall.EPIPE), connectionCut},
		{sendFailure(os.ErrDeadlineExceeded), writeTimeout},
		{startFailure(errors.New("in use")), internalError},
		{startFailure(&failure{kind: dnsError}), dnsError},
	} {
		if c.f.kind != c.kind {
			t.Errorf("%v, expected %s", c.f, c.kind)
		}
	}
}
