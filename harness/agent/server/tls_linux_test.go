package server

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

const once = "GET /here HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n"

func TestAPeerThatOpensWithTLSIsSpokenToInTLS(t *testing.T) {
	a := newAuthority(t)
	for _, c := range []struct{ script, got string }{
		{`serve`, script.Page},
		{`read-request; write "abc"; close`, "abc"},
		{`read-request; drip "abc" every 1ms; close`, "abc"},
		{`write "first"; close`, "first"},
		{`drip "first" every 1ms; close`, "first"},
		{`read-request; write "end"`, "end"},
	} {
		t.Run(c.script, func(t *testing.T) {
			s := play(t, c.script, a)
			conn := s.secure(&tls.Config{ServerName: "app.test"})
			io.WriteString(conn, once)
			if got, err := io.ReadAll(conn); err != nil || !strings.HasSuffix(string(got), c.got) {
				t.Errorf("the peer read %q, %v; want ...%q", got, err, c.got)
			}
			if strings.Contains(c.script, "first") {
				return
			}
			if got, want := s.request(), `http/1.1tls "GET /here" 0`; got != want {
				t.Errorf("the history tells of %s, want %s", got, want)
			}
		})
	}
}

func TestACertificateIsForTheNameThatIsAskedFor(t *testing.T) {
	s := play(t, "serve", newAuthority(t))
	s.secure(&tls.Config{ServerName: "app.test"})
	s.secure(&tls.Config{ServerName: "127.0.0.1"}) // addresses are verified, and not sent (RFC 6066 section 3)
}

func TestTLSIsAsOldAsItsPeer(t *testing.T) {
	s := play(t, "serve", newAuthority(t))
	for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS12, tls.VersionTLS13} {
		conn := s.secure(&tls.Config{ServerName: "app.test", MinVersion: version, MaxVersion: version, NextProtos: []string{"http/1.1"}})
		if state := conn.ConnectionState(); state.Version != version || state.NegotiatedProtocol != "http/1.1" {
			t.Errorf("asked for %s it speaks %s, and %q in it", tls.VersionName(version), tls.VersionName(state.Version), state.NegotiatedProtocol)
		}
	}
}

func TestAResetOfTLSIsAReset(t *testing.T) {
	s := play(t, "read-request; reset", newAuthority(t))
	conn := s.secure(&tls.Config{ServerName: "app.test"})
	io.WriteString(conn, once)
	if got, end := hear(conn); got != "" || end != "reset" {
		t.Errorf("the peer saw %q, then %s", got, end)
	}
}

// A reset as the first step waits for nothing, whatever could come.
func TestAFirstStepThatEndsReadsNothing(t *testing.T) {
	for text, want := range map[string]string{"reset": "reset", "close": "fin"} {
		s := play(t, text, newAuthority(t))
		conn, err := net.Dial("tcp4", s.at.String())
		if errors.Is(err, syscall.ECONNRESET) && want == "reset" {
			continue // it came before the dialler had looked
		}
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(patience))
		if got, end := hear(conn); got != "" || end != want {
			t.Errorf("%s: the peer saw %q, then %s", text, got, end)
		}
	}
}

// Who may speak TLS and stays silent is written to as he is, after a while.
func TestASilentPeerIsWrittenTo(t *testing.T) {
	s := play(t, `write "a"; drip "b" every 1ms; close`, newAuthority(t))
	if got, end := hear(s.dial()); got != "ab" || end != "fin" {
		t.Errorf("the peer saw %q, then %s", got, end)
	}
}

func TestWithoutAnAuthorityThereIsNoTLS(t *testing.T) {
	s := play(t, "serve", nil)
	err := tls.Client(s.dial(), &tls.Config{ServerName: "app.test"}).Handshake()
	if err == nil || !strings.Contains(err.Error(), "internal error") {
		t.Errorf("the peer's handshake: %v", err)
	}
	if e := s.next(agent.Trouble); !strings.Contains(e.Text, "without an authority") {
		t.Errorf("the history tells of %+v", e)
	}
}

// A peer that takes our certificate for a bad one is to blame for the end.
func TestAHandshakeThatThePeerEndsIsHis(t *testing.T) {
	s := play(t, "serve", newAuthority(t))
	tls.Client(s.dial(), &tls.Config{ServerName: "app.test", RootCAs: x509.NewCertPool()}).Handshake()
	if e := s.next(agent.Gone); !strings.Contains(e.Text, "bad certificate") {
		t.Errorf("the history tells of %+v", e)
	}
}

// heard notes what came.
type heard struct {
	net.Conn
	bytes.Buffer
}

func (h *heard) Read(p []byte) (int, error) {
	n, err := h.Conn.Read(p)
	h.Buffer.Write(p[:n])
	return n, err
}

func (h *heard) Write(p []byte) (int, error) { return h.Conn.Write(p) }

// The end of TLS is an alert, which up to TLS 1.2 shows on the wire.
func TestTLSEndsWithAnAlert(t *testing.T) {
	const alert = 21 // RFC 5246 section 6.2.1
	for _, text := range []string{"read-request; close", `read-request; write "a"`, "serve"} {
		s := play(t, text, newAuthority(t))
		wire := &heard{Conn: s.dial()}
		conn := tls.Client(wire, &tls.Config{ServerName: "app.test", RootCAs: rootsOf(t, s.authority), MaxVersion: tls.VersionTLS12})
		io.WriteString(conn, once)
		io.ReadAll(conn)
		last := byte(0)
		for records := wire.Bytes(); len(records) >= 5; records = records[5+binary.BigEndian.Uint16(records[3:]):] {
			last = records[0]
		}
		if last != alert {
			t.Errorf("%s: the last record is of type %d", text, last)
		}
	}
}

// NGINX ends a connection that it kept without the alert that TLS has for it
// (ngx_http_upstream.c, no_send_shutdown).
func TestAnEndWithoutAnAlertIsAnEnd(t *testing.T) {
	s := play(t, "1 x serve", newAuthority(t))
	raw := s.dial()
	conn := tls.Client(raw, &tls.Config{ServerName: "app.test", RootCAs: rootsOf(t, s.authority)})
	io.WriteString(conn, request)
	if r, end := agent.ReadResponse(conn, "GET"); r.Status != 200 || end != agent.EndComplete {
		t.Fatalf("the peer got %d, %s", r.Status, end)
	}
	raw.(*net.TCPConn).CloseWrite()
	if got, end := hear(conn); got != "" || end != "fin" {
		t.Errorf("the peer saw %q, then %s", got, end)
	}
	for len(s.told) > 0 {
		if e := <-s.told; e.Kind == agent.Gone {
			t.Errorf("the history tells of an end in trouble: %+v", e)
		}
	}
}

func TestHostsOfALabHaveItsAuthority(t *testing.T) {
	a := newAuthority(t)
	certificate, key, err := a.PEM()
	if err != nil {
		t.Fatal(err)
	}
	l := startAgent(t)
	build := agent.Build{Hosts: 1, Bays: 1, Still: true, Authority: agent.Authority{Certificate: certificate, Key: key}}
	if _, err := l.Build(t.Context(), build); err != nil {
		t.Fatal(err)
	}
	for _, process := range []agent.ProcessState{agent.NoProcess, agent.Running} {
		l.set(agent.Host{Script: "serve", Process: process})
		// Without a name the certificate is for the address, which the client has to verify.
		conn := tls.Client(l.dial(), &tls.Config{ServerName: agent.HostAddr(0).String(), RootCAs: rootsOf(t, a)})
		io.WriteString(conn, request)
		if r, end := agent.ReadResponse(conn, "GET"); r.Status != 200 || !r.Whole {
			t.Errorf("process %q gives %d, %s", process, r.Status, end)
		}
		v := l.until("the history tells of a request", func(v agent.View) bool { return event(v, agent.Request, "") })
		for _, e := range v.Events {
			if e.Kind == agent.Request && (e.Over != "tls" || e.Protocol != agent.HTTP11) {
				t.Errorf("process %q: the history tells of %+v", process, e)
			}
		}
	}
}

func TestAnAuthorityThatIsNoneIsRefused(t *testing.T) {
	l := startAgent(t)
	_, err := l.Build(t.Context(), agent.Build{Hosts: 1, Bays: 1, Authority: agent.Authority{Certificate: []byte("x")}})
	if err == nil || !strings.Contains(err.Error(), "reading the authority") {
		t.Errorf("building: %v", err)
	}
}

// A unix socket has no addresses and no RST, and is played like any other.
func TestAUnixSocketIsPlayed(t *testing.T) {
	a := newAuthority(t)
	for text, want := range map[string]string{
		"serve": script.Page, `read-request; write "abc"; close`: "abc", `read-request; reset`: "", "reset": "",
	} {
		s := playOn(t, "unix", socketPath(t), text, a)
		c := s.dial()
		io.WriteString(c, once)
		got, end := hear(c)
		if !strings.HasSuffix(got, want) || end != "fin" && text != "reset" {
			t.Errorf("%s: the peer saw %q, then %s", text, got, end)
		}
		if e := s.next(agent.Accepted); e.Peer != (netip.Addr{}) {
			t.Errorf("%s: the peer has the address %v", text, e.Peer)
		}
	}
	s := playOn(t, "unix", socketPath(t), "serve", a)
	conn := s.secure(&tls.Config{ServerName: "app.test"})
	io.WriteString(conn, once)
	if got, err := io.ReadAll(conn); err != nil || !strings.HasSuffix(string(got), script.LastLine) {
		t.Errorf("over TLS the peer read %q, %v", got, err)
	}
}
