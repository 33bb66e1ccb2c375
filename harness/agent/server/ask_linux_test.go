package server

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"

	"github.com/vishvananda/netlink"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/authority"
)

var front = netip.AddrPortFrom(agent.Front, agent.FrontPort)

// asking is a lab with an authority, in which whatever listens on the near side plays the
// gateway.
type asking struct {
	*testLab
	authority *authority.Authority
}

func newAsking(t *testing.T) asking {
	t.Helper()
	made, err := authority.New()
	if err != nil {
		t.Fatal(err)
	}
	build := agent.Build{Hosts: 1, Bays: 1, Still: true}
	if build.Authority.Certificate, build.Authority.Key, err = made.PEM(); err != nil {
		t.Fatal(err)
	}
	l := startAgent(t)
	if _, err := l.Build(t.Context(), build); err != nil {
		t.Fatal(err)
	}
	return asking{l, made}
}

// gateway plays on each connection to an address of the near side.
func (l asking) gateway(at string, play func(net.Conn)) netip.AddrPort {
	l.t.Helper()
	listener, err := l.near.listen(netip.MustParseAddrPort(at), 0)
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			c, err := listener.AcceptTCP()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				play(c)
			}()
		}
	}()
	return listener.Addr().(*net.TCPAddr).AddrPort()
}

// ask asks with what such a test does not care about.
func (l asking) ask(a agent.Ask) agent.Exchange {
	l.t.Helper()
	if a.Patience == 0 {
		a.Patience = patience
	}
	a.Method, a.Request = "GET", []byte(request)
	x, err := l.Ask(l.t.Context(), a)
	if err != nil {
		l.t.Fatalf("asking %+v: %v", a, err)
	}
	return x
}

// tell answers one request with a text.
func tell(c net.Conn, text string) {
	io.ReadFull(c, make([]byte, len(request)))
	io.WriteString(c, fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(text), text))
}

// tellPeer answers with who asks.
func tellPeer(c net.Conn) { tell(c, c.RemoteAddr().(*net.TCPAddr).AddrPort().Addr().String()) }

func TestAClientCanBeAnywhere(t *testing.T) {
	l := newAsking(t)
	l.leadBack()
	l.gateway(front.String(), tellPeer)
	l.gateway("127.0.0.1:8081", tellPeer)
	for _, c := range []struct{ to, from, says string }{
		{front.String(), "198.19.0.1", "198.19.0.1"},
		{front.String(), "10.9.8.7", "10.9.8.7"},
		{front.String(), "203.0.113.77", "203.0.113.77"},
		{"127.0.0.1:8081", "127.0.0.1", "127.0.0.1"},
		{"127.0.0.1:8081", "127.9.9.9", "127.9.9.9"},
	} {
		for range 2 { // the second time the address is known
			x := l.ask(agent.Ask{To: netip.MustParseAddrPort(c.to), From: netip.MustParseAddr(c.from)})
			if !x.Response.Whole || string(x.Response.Tail) != c.says {
				t.Errorf("from %s to %s: %+v", c.from, c.to, x)
			}
		}
	}
	if x := l.ask(agent.Ask{To: netip.MustParseAddrPort("127.0.0.1:8081")}); string(x.Response.Tail) != "127.0.0.1" {
		t.Errorf("from nowhere: %+v", x)
	}
	if x := l.ask(agent.Ask{To: netip.MustParseAddrPort("127.0.0.1:8082")}); x.End != agent.EndRefused || x.Err != "connection refused" {
		t.Errorf("where nothing listens: %+v", x)
	}
	// What is somebody else's in the plan stays his.
	for _, from := range []netip.Addr{agent.Front, agent.NearAddr(0), netip.MustParseAddr("198.18.200.1")} {
		if x, err := l.Ask(t.Context(), agent.Ask{From: from, To: front, Patience: patience}); err == nil || !strings.Contains(err.Error(), "binding to "+from.String()) {
			t.Errorf("as %v: %+v, %v", from, x, err)
		}
	}
	if x := l.ask(agent.Ask{From: agent.Prober(0), To: front}); string(x.Response.Tail) != "198.19.0.2" {
		t.Errorf("afterwards: %+v", x)
	}
}

// leadBack lets the near side find its way to every client.
func (l asking) leadBack() {
	l.t.Helper()
	clients, err := l.near.links.LinkByName("clients")
	if err == nil {
		err = l.near.links.RouteReplace(&netlink.Route{LinkIndex: clients.Attrs().Index, Gw: agent.Visitor(0).AsSlice()})
	}
	if err != nil {
		l.t.Fatalf("a default route: %v", err)
	}
}

func TestAClientThatIsPassedOnIsIntroduced(t *testing.T) {
	l := newAsking(t)
	at := l.gateway(front.String(), func(c net.Conn) {
		in := bufio.NewReader(c)
		first, _ := in.ReadString('\n')
		peer := c.RemoteAddr().(*net.TCPAddr)
		if want := fmt.Sprintf("PROXY TCP4 198.19.0.2 198.19.255.254 %d 80\r\n", peer.Port); first != want {
			t.Errorf("it begins with %q, want %q", first, want)
		}
		if line, _ := in.ReadString('\n'); line != "GET /here HTTP/1.1\r\n" {
			t.Errorf("then comes %q", line)
		}
		io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n")
	})
	if x := l.ask(agent.Ask{From: agent.Prober(0), To: at, Proxy: true}); x.Response.Status != 204 {
		t.Errorf("it got %+v", x)
	}
}

// secured plays a gateway that speaks TLS, after it was told who it is for.
func secured(config *tls.Config, play func(*tls.Conn)) func(net.Conn) {
	return func(c net.Conn) {
		s := tls.Server(c, config)
		if s.Handshake() == nil {
			play(s)
		}
	}
}

func TestAClientSpeaksTLS(t *testing.T) {
	l := newAsking(t)
	leaf, err := l.authority.Leaf("another.test") // which nobody asks for
	if err != nil {
		t.Fatal(err)
	}
	clients, strangers := x509.NewCertPool(), x509.NewCertPool()
	certificate, _, err := l.authority.PEM()
	if err != nil || !clients.AppendCertsFromPEM(certificate) {
		t.Fatal(err)
	}
	stranger, err := x509.ParseCertificate(leaf.Certificate[0]) // it signed nothing, and has another name
	if err != nil {
		t.Fatal(err)
	}
	strangers.AddCert(stranger)
	var weakest []uint16
	for _, suite := range tls.InsecureCipherSuites() {
		if suite.Name == "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA" {
			weakest = append(weakest, suite.ID)
		}
	}
	describe := func(s *tls.Conn) {
		state := s.ConnectionState()
		who := "nobody"
		if len(state.PeerCertificates) > 0 {
			who = state.PeerCertificates[0].Subject.CommonName
		}
		tell(s, fmt.Sprintf("%s %s %s by %s", tls.VersionName(state.Version), state.NegotiatedProtocol, state.ServerName, who))
		s.Close()
	}
	for port, c := range []struct {
		config *tls.Config
		name   string
		says   string
	}{
		{&tls.Config{}, "app.test", "TLS 1.3  app.test by nobody"},
		{&tls.Config{NextProtos: []string{"h2", "http/1.1"}}, "", "TLS 1.3 http/1.1  by nobody"},
		{&tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients}, "b.test", "TLS 1.3  b.test by client"},
		{&tls.Config{ClientAuth: tls.RequireAnyClientCert, ClientCAs: strangers}, "b.test", "TLS 1.3  b.test by client"},
		{&tls.Config{MaxVersion: tls.VersionTLS12, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients}, "", "TLS 1.2   by client"},
		{&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10, CipherSuites: weakest}, "old.test", "TLS 1.0  old.test by nobody"},
	} {
		c.config.Certificates = []tls.Certificate{*leaf}
		at := l.gateway(fmt.Sprintf("%v:%d", agent.Front, 443+port), secured(c.config, describe))
		x := l.ask(agent.Ask{From: agent.Visitor(0), To: at, TLS: &agent.ClientTLS{ServerName: c.name}})
		if !x.Response.Whole || string(x.Response.Tail) != c.says || x.Err != "" {
			t.Errorf("%q was told, want %q; %+v", x.Response.Tail, c.says, x)
		}
		if x.FirstByte <= 0 || x.Ended < x.FirstByte {
			t.Errorf("its times are %v and %v", x.FirstByte, x.Ended)
		}
	}
}

// hello reads a client's first record: who closes before he has read all resets.
func hello(c net.Conn) {
	header := make([]byte, 5)
	io.ReadFull(c, header)
	io.ReadFull(c, make([]byte, int(header[3])<<8|int(header[4])))
}

// A handshake that comes to nothing is what a client sees of a gateway, like all else.
func TestAHandshakeThatFailsIsAnOutcome(t *testing.T) {
	l := newAsking(t)
	leaf, err := l.authority.Leaf("app.test")
	if err != nil {
		t.Fatal(err)
	}
	reset := func(c net.Conn) {
		io.ReadFull(c, make([]byte, 1)) // the rest is unread: the kernel resets
	}
	for name, c := range map[string]struct {
		play  func(net.Conn)
		h2    bool
		quiet bool
		end   agent.End
		says  string
	}{
		"refused":          {secured(&tls.Config{}, nil), false, false, agent.EndRefused, "TLS handshake: remote error: tls: "},
		"of the client":    {secured(&tls.Config{Certificates: []tls.Certificate{*leaf}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: x509.NewCertPool()}, nil), false, false, agent.EndRefused, "remote error: tls: "},
		"of what it is in": {secured(&tls.Config{Certificates: []tls.Certificate{*leaf}}, func(*tls.Conn) {}), true, false, agent.EndRefused, `TLS handshake: ALPN (RFC 7301) chose "", not h2`},
		"closed":           {hello, false, false, agent.EndFIN, "TLS handshake: the connection was closed"},
		"reset":            {reset, false, false, agent.EndReset, "TLS handshake: connection reset by peer"},
		"plain":            {func(c net.Conn) { hello(c); io.WriteString(c, "HTTP/1.1 400 No\r\n\r\n") }, false, false, agent.EndRefused, "does not look like a TLS handshake"},
		"silent":           {func(c net.Conn) { io.Copy(io.Discard, c) }, false, true, agent.EndPatience, "TLS handshake: nothing came in time"},
	} {
		t.Run(name, func(t *testing.T) {
			l := l
			l.t = t
			ask := agent.Ask{From: agent.Visitor(0), To: l.gateway(agent.Front.String()+":0", c.play), TLS: &agent.ClientTLS{ServerName: "app.test"}, HTTP2: c.h2}
			if c.quiet {
				ask.Patience = silence
			}
			x := l.ask(ask)
			if x.End != c.end || !strings.Contains(x.Err, c.says) || x.Response.Status != 0 || x.Response.Whole {
				t.Errorf("it ended with %+v; want %s, %q", x, c.end, c.says)
			}
		})
	}
}

// A body that only the end of the connection delimits is whole if that was announced.
func TestTheEndOfTLSIsAnnouncedOrNot(t *testing.T) {
	l := newAsking(t)
	leaf, err := l.authority.Leaf("app.test")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		end   func(*tls.Conn)
		want  agent.End
		whole bool
	}{
		"announced": {func(s *tls.Conn) { s.Close() }, agent.EndFIN, true},
		"cut":       {func(s *tls.Conn) { s.NetConn().Close() }, agent.EndFIN, false},
		"reset": {func(s *tls.Conn) {
			s.NetConn().(*net.TCPConn).SetLinger(0)
			s.NetConn().Close()
		}, agent.EndReset, false},
		"never": {func(s *tls.Conn) { io.Copy(io.Discard, s) }, agent.EndPatience, false},
	} {
		t.Run(name, func(t *testing.T) {
			l := l
			l.t = t
			heard := make(chan bool)
			at := l.gateway(agent.Front.String()+":0", secured(&tls.Config{Certificates: []tls.Certificate{*leaf}}, func(s *tls.Conn) {
				io.ReadFull(s, make([]byte, len(request)))
				io.WriteString(s, "HTTP/1.1 200 OK\r\n\r\nhalf")
				c.end(s)
				close(heard)
			}))
			ask := agent.Ask{From: agent.Visitor(0), To: at, TLS: &agent.ClientTLS{}}
			if c.want == agent.EndPatience {
				ask.Patience = 10 * silence // the beginning has to come in it
			}
			x := l.ask(ask)
			<-heard
			if x.End != c.want || x.Response.Whole != c.whole || x.Response.Status != 200 && c.want != agent.EndReset {
				t.Errorf("it ended with %+v", x)
			}
		})
	}
}

func TestWhatALabCannotAsk(t *testing.T) {
	l := newLab(t, 1)
	for want, a := range map[string]agent.Ask{
		"without an authority":            {TLS: &agent.ClientTLS{}, To: front},
		"this runtime's agent has no way": {Socket: "/run/x.sock"},
		"cannot be said in HTTP/2":        {HTTP2: true, To: front, Request: []byte("GET /\r\n\r\n")},
	} {
		a.Patience = patience
		if x, err := l.Ask(t.Context(), a); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v, %v; want %q", x, err, want)
		}
	}
}
