//go:build linux

package server

import (
	"bufio"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/authority"
)

// tlsHandshake begins every TLS connection: the content type of its first record
// (RFC 8446 section 5.1).
const tlsHandshake = 0x16

// opensWithin is how long who is to write first waits for what the peer opens with.
// Gateways open at once; a first packet that is lost comes again after 0.2 and 0.4 s.
const opensWithin = time.Second

// signer is what an order has hosts sign with, nil where it has nothing.
func signer(a agent.Authority) (*authority.Authority, error) {
	if len(a.Certificate) == 0 && len(a.Key) == 0 {
		return nil, nil
	}
	return authority.Parse(a.Certificate, a.Key)
}

// passed is an authority as a process is told of it, taken reads it there.
func passed(a *authority.Authority) ([]byte, error) {
	if a == nil {
		return json.Marshal(agent.Authority{})
	}
	certificate, key, err := a.PEM()
	if err != nil {
		return nil, err
	}
	return json.Marshal(agent.Authority{Certificate: certificate, Key: key})
}

func taken(in io.Reader) (*authority.Authority, error) {
	var a agent.Authority
	if err := json.NewDecoder(in).Decode(&a); err != nil {
		return nil, fmt.Errorf("reading the authority: %w", err)
	}
	return signer(a)
}

func localName(at net.Addr) string {
	if tcp, ok := at.(*net.TCPAddr); ok {
		return tcp.AddrPort().Addr().Unmap().String()
	}
	return "localhost" // a unix socket has no name that a certificate could hold
}

// settle finds out by the first byte whether the peer speaks TLS, and speaks it where it
// does.
func (p *playing) settle() error {
	if p.settled {
		return nil
	}
	first, err := p.in.Peek(1)
	if err != nil {
		return err
	}
	p.settled = true
	if first[0] != tlsHandshake {
		return nil
	}
	opening := &begun{Conn: p.raw, in: p.in}
	conn := tls.Server(opening, p.tls)
	err = conn.Handshake()
	how := outcome(conn, err)
	if how == agent.Resumed {
		opening.shown = p.manner.Shows
	}
	p.told(agent.Event{Kind: agent.Secured, Shown: opening.shown, Text: how})
	if err != nil {
		p.refused = strings.HasPrefix(how, agent.Refused)
		return fmt.Errorf("the TLS handshake: %w", err)
	}
	p.conn, p.in = conn, bufio.NewReader(conn)
	return nil
}

// settleToWrite is settle for a script that may write before it reads. It waits for the
// peer's first byte where that may be TLS, but not for ever: who stays silent is written
// to as he is.
func (p *playing) settleToWrite() error {
	if p.settled || p.authority == nil {
		return nil
	}
	if err := p.raw.SetReadDeadline(time.Now().Add(opensWithin)); err != nil {
		return err
	}
	_, silent := p.in.Peek(1)
	if err := p.raw.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	if silent != nil {
		p.settled = true
		return nil
	}
	return p.settle()
}

// begun is a connection some bytes of which were read already.
type begun struct {
	net.Conn
	in    io.Reader
	shown authority.Flaw // what is wrong with the certificate that was shown on it
}

func (b *begun) Read(p []byte) (int, error) { return b.in.Read(p) }
