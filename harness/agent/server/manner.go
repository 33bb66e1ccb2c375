//go:build linux

package server

import (
	"crypto/tls"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/authority"
)

// manners is how the upstream speaks TLS: as old as the peer wants it, with a certificate for
// the name that it asks for, or for what the upstream is called, or for where it came to,
// save for what an order has it do otherwise. (NGINX does not say a name, and checks it all
// the same: proxy_ssl_server_name.)
func (u *upstream) manners() *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS10, NextProtos: []string{"h2", "http/1.1"}, GetCertificate: u.certificate}
	if v := versions[u.manner.Version]; v != 0 {
		c.MinVersion, c.MaxVersion = v, v
	}
	if u.manner.NoCipher {
		// TLS 1.3 has no such choice. RC4 nobody may offer (RFC 7465), and nobody does.
		c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_RC4_128_SHA}
	}
	if u.manner.Protocol != "" {
		c.NextProtos = []string{u.manner.Protocol}
	}
	if u.authority == nil {
		return c
	}
	if u.manner.AsksWho {
		c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, u.authority.Pool()
	}
	if u.manner.Shows == authority.Sound || u.manner.Resumes {
		c.SetSessionTicketKeys([][32]byte{u.authority.Secret("sessions")})
	}
	return c
}

// versions are those of TLS as orders call them.
var versions = map[string]uint16{"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

// certificate is what the upstream shows to whom opens so.
func (u *upstream) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	if u.authority == nil {
		return nil, &ownTrouble{errors.New("without an authority there is no certificate")}
	}
	opening := hello.Conn.(*begun)
	flaw := u.manner.Shows
	if u.manner.ShowsUnasked && hello.ServerName != "" {
		flaw = authority.Sound
	}
	opening.shown = flaw
	return u.authority.Flawed(flaw, u.goesBy(hello.ServerName, opening.Conn))
}

// goesBy is the name of the upstream's certificate for whom asks for that name.
func (u *upstream) goesBy(asked string, conn net.Conn) string {
	if asked == "" && u.called != nil {
		asked = u.called(conn)
	}
	if asked == "" {
		asked = localName(conn.LocalAddr())
	}
	return asked
}

// outcome is how a handshake ended.
func outcome(conn *tls.Conn, err error) string {
	var op *net.OpError
	switch {
	case err == nil && conn.ConnectionState().DidResume:
		return agent.Resumed
	case err == nil:
		return agent.Whole
	case isAlert(err):
		return agent.Declined + reason(err)
	case errors.Is(err, io.EOF), errors.As(err, &op) && op.Op == "read":
		return agent.Left + reason(err)
	}
	why, _, _ := strings.Cut(reason(err), ";") // what follows lists what the peer offered
	return agent.Refused + why
}

// partGently lets a peer whose handshake was refused read why. In TLS 1.3 it may have sent its
// request already, and a kernel that closes over what is unread says RST.
func (p *playing) partGently() {
	if p.refused && p.raw.CloseWrite() == nil {
		io.Copy(io.Discard, p.raw)
	}
}

// errNoHello is the end of a peer that was to speak TLS.
var errNoHello = errors.New("the peer does not open with TLS")

// readHello reads the first record of a peer that opens with TLS (RFC 8446 5.1), a whole
// ClientHello as a rule. The connection is not secured: what follows is said and read as it is.
func (p *playing) readHello() error {
	const header = 5
	head, err := p.in.Peek(header)
	if err != nil {
		return err
	}
	if head[0] != tlsHandshake {
		return errNoHello
	}
	p.settled = true
	_, err = io.CopyN(io.Discard, p.in, header+int64(binary.BigEndian.Uint16(head[3:])))
	return err
}
