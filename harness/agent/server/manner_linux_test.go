package server

import (
	"crypto/tls"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/authority"
	"github.com/badgateway/badgateway/harness/script"
)

// shakes begins a handshake with an upstream of that manner and returns what came of it: on the
// client's side, at its first read where the handshake is over by then, and as it is told.
func shakes(t *testing.T, as agent.ServerTLS, client *tls.Config) (told agent.Event, err error) {
	t.Helper()
	a := newAuthority(t)
	s := playAs(t, as, "tcp4", "127.0.0.1:0", "serve", a)
	client.RootCAs = rootsOf(t, a)
	conn := tls.Client(s.dial(), client)
	if err = conn.Handshake(); err == nil {
		io.WriteString(conn, once)
		if r, end := agent.ReadResponse(conn, "GET"); r.Status != 200 {
			_, err = conn.Read(make([]byte, 1))
			t.Logf("the answer ended: %s", end)
		}
	}
	return s.next(agent.Secured), err
}

func TestTheMannersOfTLS(t *testing.T) {
	app := func() *tls.Config { return &tls.Config{ServerName: "app.test"} }
	limited := func(least, most uint16) *tls.Config {
		return &tls.Config{ServerName: "app.test", MinVersion: least, MaxVersion: most}
	}
	for name, c := range map[string]struct {
		as     agent.ServerTLS
		client *tls.Config
		says   string // of the client, "" where all is well
		told   string
		shown  authority.Flaw
	}{
		"healthy":             {agent.ServerTLS{}, app(), "", agent.Whole, ""},
		"expired":             {agent.ServerTLS{Shows: authority.Expired}, app(), "has expired", agent.Declined, authority.Expired},
		"of another name":     {agent.ServerTLS{Shows: authority.OtherName}, app(), "not app.test", agent.Declined, authority.OtherName},
		"an old version":      {agent.ServerTLS{Version: "1.2"}, limited(tls.VersionTLS13, 0), "protocol version", agent.Refused, ""},
		"a version of both":   {agent.ServerTLS{Version: "1.2"}, app(), "", agent.Whole, ""},
		"a new version":       {agent.ServerTLS{Version: "1.3"}, limited(0, tls.VersionTLS12), "protocol version", agent.Refused, ""},
		"no cipher":           {agent.ServerTLS{NoCipher: true}, app(), "handshake failure", agent.Refused, ""},
		"no protocol":         {agent.ServerTLS{Protocol: "http/1.1"}, &tls.Config{ServerName: "app.test", NextProtos: []string{"h2"}}, "no application protocol", agent.Refused, ""},
		"no protocol is said": {agent.ServerTLS{Protocol: "http/1.1"}, app(), "", agent.Whole, ""},
		"who is it, in 1.2":   {agent.ServerTLS{AsksWho: true}, limited(0, tls.VersionTLS12), "handshake failure", agent.Refused, ""},
		"who is it, in 1.3":   {agent.ServerTLS{AsksWho: true}, limited(tls.VersionTLS13, 0), "certificate required", agent.Refused, ""},
	} {
		t.Run(name, func(t *testing.T) {
			told, err := shakes(t, c.as, c.client)
			if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("the client says %v, want %q", err, c.says)
			}
			if !strings.HasPrefix(told.Text, c.told) || told.Shown != c.shown {
				t.Errorf("it is told that the handshake was %s, and %q was shown", told.Text, told.Shown)
			}
		})
	}
}

// Who shows a certificate of the lab's authority is let in.
func TestWhoIsKnownIsLetIn(t *testing.T) {
	a := newAuthority(t)
	leaf, err := a.Leaf("gateway")
	if err != nil {
		t.Fatal(err)
	}
	s := playAs(t, agent.ServerTLS{AsksWho: true}, "tcp4", "127.0.0.1:0", "serve", a)
	conn := s.secure(&tls.Config{ServerName: "app.test", Certificates: []tls.Certificate{*leaf}})
	io.WriteString(conn, once)
	if got, err := io.ReadAll(conn); err != nil || !strings.HasSuffix(string(got), script.Page) {
		t.Errorf("it read %q, %v", got, err)
	}
}

// A session lives as long as the upstream: one that shows another certificate was started anew
// and knows none, save where it is told to.
func TestSessionsAreResumed(t *testing.T) {
	a := newAuthority(t)
	client := &tls.Config{ServerName: "app.test", ClientSessionCache: tls.NewLRUClientSessionCache(1)}
	for i, c := range []struct {
		as   agent.ServerTLS
		told string
	}{
		{agent.ServerTLS{}, agent.Whole}, {agent.ServerTLS{}, agent.Resumed},
		{agent.ServerTLS{Shows: authority.Revoked, Resumes: true}, agent.Resumed}, {agent.ServerTLS{Shows: authority.Revoked}, agent.Whole},
	} {
		s := playAs(t, c.as, "tcp4", "127.0.0.1:0", "serve", a)
		conn := s.secure(client)
		io.WriteString(conn, once)
		io.ReadAll(conn) // the ticket comes with the answer
		if told := s.next(agent.Secured); told.Text != c.told {
			t.Errorf("connection %d: the handshake was %s, want %s", i+1, told.Text, c.told)
		}
	}
}

// What only the unnamed are shown, who says a name is not.
func TestWhoSaysANameIsShownItsCertificate(t *testing.T) {
	as := agent.ServerTLS{Shows: authority.OtherName, ShowsUnasked: true}
	if told, err := shakes(t, as, &tls.Config{ServerName: "app.test"}); err != nil || told.Shown != authority.Sound {
		t.Errorf("who says a name: %v, shown %q", err, told.Shown)
	}
	// An address is verified, and not said (RFC 6066 section 3).
	told, err := shakes(t, as, &tls.Config{ServerName: "127.0.0.1"})
	if err == nil || !strings.Contains(err.Error(), "127.0.0.1") || told.Shown != authority.OtherName {
		t.Errorf("who says none: %v, shown %q", err, told.Shown)
	}
}

// A step that reads the opening comes to the next one only where there is one, and what it
// writes then goes out as it is.
func TestAnOpeningIsReadAndNotAnswered(t *testing.T) {
	s := play(t, `read-hello; write "as it is"; close`, newAuthority(t))
	raw := s.dial()
	go tls.Client(onlyWrites{raw}, &tls.Config{ServerName: "app.test"}).Handshake()
	if got, end := hear(raw); got != "as it is" || end != "fin" {
		t.Errorf("the peer saw %q, then %s", got, end)
	}
	clear := play(t, `read-hello; write "x"; close`, newAuthority(t))
	conn := clear.dial()
	io.WriteString(conn, once)
	if got, _ := hear(conn); got != "" {
		t.Errorf("a peer without TLS was given %q", got)
	}
	if e := clear.next(agent.Gone); !strings.Contains(e.Text, "does not open with TLS") {
		t.Errorf("the history tells of %+v", e)
	}
}

// onlyWrites lets a client say what it opens with, and leaves the answer to somebody else.
type onlyWrites struct{ net.Conn }

func (o onlyWrites) Read([]byte) (int, error) { select {} }

// A handshake is finished before what follows, if the peer begins one.
func TestAHandshakeIsAStep(t *testing.T) {
	a := newAuthority(t)
	s := play(t, "handshake; close", a)
	conn := s.secure(&tls.Config{ServerName: "app.test"})
	if got, end := hear(conn); got != "" || end != "fin" {
		t.Errorf("over TLS the peer saw %q, then %s", got, end)
	}
	plain := play(t, "handshake; serve", a).dial()
	io.WriteString(plain, once)
	if got, _ := hear(plain); !strings.HasSuffix(got, script.Page) {
		t.Errorf("in clear text the peer saw %q", got)
	}
}
