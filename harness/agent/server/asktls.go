//go:build linux

package server

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/badgateway/badgateway/harness/agent"
)

// clientName is what a client's certificate says that it is for.
const clientName = "client"

// secure speaks TLS on a connection, as a client that takes whatever the gateway offers:
// how well that is chosen is the gateway's affair.
func (w *world) secure(conn net.Conn, a agent.Ask) (net.Conn, error) {
	leaf, err := w.authority.Leaf(clientName)
	if err != nil {
		return nil, &ownTrouble{fmt.Errorf("a certificate for the client: %w", err)}
	}
	protocol := "http/1.1"
	if a.HTTP2 {
		protocol = "h2"
	}
	wire := &wireEnd{Conn: conn}
	secured := tls.Client(wire, &tls.Config{
		ServerName: a.TLS.ServerName, InsecureSkipVerify: true, NextProtos: []string{protocol},
		MinVersion: tls.VersionTLS10, CipherSuites: everyCipher(),
		// Also to a gateway that names another authority in its request for one: it is to say
		// itself what it makes of ours.
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return leaf, nil },
	})
	if err := secured.Handshake(); err != nil {
		return nil, &doing{"TLS handshake", err}
	}
	if chosen := secured.ConnectionState().NegotiatedProtocol; a.HTTP2 && chosen != protocol {
		return nil, &doing{"TLS handshake", fmt.Errorf("ALPN (RFC 7301) chose %q, not h2", chosen)}
	}
	return &announced{secured, wire}, nil
}

// wireEnd notes that the connection under TLS has ended.
type wireEnd struct {
	net.Conn
	ended bool
}

func (w *wireEnd) Read(p []byte) (n int, err error) {
	n, err = w.Conn.Read(p)
	w.ended = w.ended || err == io.EOF
	return n, err
}

// announced tells an end that was announced (close_notify) from one that anybody on the way
// may have made (RFC 8446 6.1). crypto/tls takes the second for the first where it comes
// between two records.
type announced struct {
	*tls.Conn
	wire *wireEnd
}

func (a *announced) Read(p []byte) (n int, err error) {
	n, err = a.Conn.Read(p)
	if err == io.EOF && a.wire.ended { // after an announcement nobody reads so far
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// everyCipher is all that there is, good or bad. (Those of TLS 1.3 are not chosen.)
func everyCipher() (ids []uint16) {
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		ids = append(ids, suite.ID)
	}
	return ids
}

// isAlert says whether reading ended because the other said that it refuses us. crypto/tls
// gives that error no type of its own, but marks it.
func isAlert(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "remote error"
}
