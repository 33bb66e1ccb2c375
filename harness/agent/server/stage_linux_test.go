package server

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/authority"
	"github.com/badgateway/badgateway/harness/clock"
	"github.com/badgateway/badgateway/harness/script"
)

// pageFields are the fields of an answer with the page, as HTTP and CGI write them.
var pageFields = fmt.Sprintf("Content-Type: text/plain\r\nContent-Length: %d\r\n", len(script.Page))

// stage is an upstream without a lab around it.
type stage struct {
	t         *testing.T
	at        net.Addr
	authority *authority.Authority
	told      chan agent.Event
}

// play puts an upstream on the loopback.
func play(t *testing.T, text string, a *authority.Authority) *stage {
	t.Helper()
	return playOn(t, "tcp4", "127.0.0.1:0", text, a)
}

func playOn(t *testing.T, network, at, text string, a *authority.Authority) *stage {
	t.Helper()
	return playAs(t, agent.ServerTLS{}, network, at, text, a)
}

// playAs is playOn for an upstream that speaks TLS in that manner.
func playAs(t *testing.T, as agent.ServerTLS, network, at, text string, a *authority.Authority) *stage {
	t.Helper()
	l, err := net.Listen(network, at)
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{t: t, at: l.Addr(), authority: a, told: make(chan agent.Event, 1000)}
	u := &upstream{
		script: script.MustParse(text), clock: clock.Real(), listener: l, authority: a, manner: as,
		tell: func(e agent.Event) { s.told <- e },
	}
	u.start(0)
	t.Cleanup(u.stop)
	return s
}

// dial connects to it.
func (s *stage) dial() net.Conn {
	s.t.Helper()
	c, err := net.Dial(s.at.Network(), s.at.String())
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { c.Close() })
	c.SetDeadline(time.Now().Add(patience))
	return c
}

// secure connects to it over TLS, and trusts nobody but its authority.
func (s *stage) secure(config *tls.Config) *tls.Conn {
	s.t.Helper()
	config.RootCAs = rootsOf(s.t, s.authority)
	c := tls.Client(s.dial(), config)
	if err := c.Handshake(); err != nil {
		s.t.Fatalf("the handshake: %v", err)
	}
	return c
}

func rootsOf(t *testing.T, a *authority.Authority) *x509.CertPool {
	t.Helper()
	certificate, _, err := a.PEM()
	roots := x509.NewCertPool()
	if err != nil || !roots.AppendCertsFromPEM(certificate) {
		t.Fatalf("the authority's certificate: %v", err)
	}
	return roots
}

// next waits for an event of that kind.
func (s *stage) next(kind agent.Kind) agent.Event {
	s.t.Helper()
	for {
		select {
		case e := <-s.told:
			if e.Kind == kind {
				return e
			}
		case <-time.After(patience):
			s.t.Fatalf("nothing tells of %q", kind)
		}
	}
}

// request is the next request, in few words.
func (s *stage) request() string {
	s.t.Helper()
	e := s.next(agent.Request)
	return fmt.Sprintf("%s%s %q %d", e.Protocol, e.Over, e.Text, e.N)
}

func newAuthority(t *testing.T) *authority.Authority {
	t.Helper()
	a, err := authority.New()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func socketPath(t *testing.T) string { return filepath.Join(t.TempDir(), "s") }
