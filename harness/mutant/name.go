package mutant

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/badgateway/badgateway/harness"
)

// Where an upstream is, and the ways to get that wrong.

// learn finds the addresses that do not change while the proxy runs.
func (p *proxy) learn(ctx context.Context) error {
	for _, s := range p.sites {
		if s.Resolve == atRequest {
			continue
		}
		addrs, err := p.lookUp(ctx, s)
		if err != nil {
			f := startFailure(err)
			if !p.conduct.startsAnyway {
				return f
			}
			p.log.failed("", f)
			continue
		}
		s.known(addrs)
	}
	return nil
}

// addresses are where the site's upstream is, for one request: those to try, in order.
func (p *proxy) addresses(ctx context.Context, s *site) ([]netip.AddrPort, error) {
	if s.Resolve != atRequest {
		if addrs := s.last(); len(addrs) > 0 {
			return addrs, nil
		}
	}
	addrs, err := p.lookUp(ctx, s)
	if err == nil {
		s.known(addrs)
		return addrs, nil
	}
	if old := s.last(); p.conduct.staysWithAddress && len(old) > 0 {
		return old, nil
	}
	return nil, err
}

// lookUp asks the resolver, once and without a cache.
func (p *proxy) lookUp(ctx context.Context, s *site) (found []netip.AddrPort, err error) {
	if s.Resolve == literally {
		addr, err := netip.ParseAddrPort(s.Upstream)
		return []netip.AddrPort{addr}, err
	}
	host, port, err := splitHostPort(s.Upstream)
	if err != nil {
		return nil, err
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return nil, err
	}
	addrs, err := p.ask(ctx, host)
	if err != nil {
		return nil, resolveFailure(host, err)
	}
	for _, addr := range addrs {
		found = append(found, netip.AddrPortFrom(addr, uint16(number)))
	}
	if p.conduct.firstAddress {
		found = found[:1]
	}
	return found, nil
}

func resolveFailure(host string, err error) *failure {
	f := &failure{harness.PhaseResolve, dnsError, fmt.Sprintf("%s: %v", host, err)}
	if isTimeout(err) {
		f.kind = dnsTimeout
	}
	return f
}

// ask sends one query over UDP and, where the answer does not fit into that, over TCP (RFC
// 7766 5).
func (p *proxy) ask(ctx context.Context, host string) ([]netip.Addr, error) {
	question, err := questionFor(host)
	if err != nil {
		return nil, err
	}
	until := deadline(p.conduct.wait(p.config.Timeouts.Resolve))
	m, err := p.askOver(ctx, "udp", question, until)
	if err == nil && m.Truncated && !p.conduct.takesCut {
		m, err = p.askOver(ctx, "tcp", question, until)
	}
	if err != nil {
		return nil, err
	}
	return addressesIn(m, question.Name)
}

// askOver sends one query and waits for its answer (RFC 1035 4.2).
func (p *proxy) askOver(ctx context.Context, network string, question dnsmessage.Question, until time.Time) (m dnsmessage.Message, err error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, p.config.Resolver.String())
	if err != nil {
		return m, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(until); err != nil {
		return m, err
	}
	id := uint16(rand.Uint32())
	query := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: id, RecursionDesired: true},
		Questions: []dnsmessage.Question{question},
	}
	packet, err := query.Pack()
	if err != nil {
		return m, err
	}
	over := datagrams(conn)
	if network == "tcp" {
		over = stream(conn)
	}
	if err := over.write(packet); err != nil {
		return m, err
	}
	for {
		packet, err := over.read()
		if err != nil {
			return m, err
		}
		if m.Unpack(packet) == nil && m.Response && (m.ID == id || p.conduct.takesAstray) && len(m.Questions) == 1 && sameQuestion(m.Questions[0], question) {
			return m, nil
		}
		// Whatever that was, it is no answer to this query: wait on.
	}
}

// messages are how packets of the DNS go over a connection.
type messages struct {
	write func([]byte) error
	read  func() ([]byte, error)
}

func datagrams(conn net.Conn) messages {
	buf := make([]byte, 64<<10)
	return messages{
		write: func(packet []byte) error { _, err := conn.Write(packet); return err },
		read: func() ([]byte, error) {
			n, err := conn.Read(buf)
			return buf[:n], err
		},
	}
}

// stream has the length of each before it (RFC 1035 4.2.2).
func stream(conn net.Conn) messages {
	return messages{
		write: func(packet []byte) error {
			_, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(packet))), packet...))
			return err
		},
		read: func() ([]byte, error) {
			var length [2]byte
			if _, err := io.ReadFull(conn, length[:]); err != nil {
				return nil, err
			}
			packet := make([]byte, binary.BigEndian.Uint16(length[:]))
			_, err := io.ReadFull(conn, packet)
			return packet, err
		},
	}
}

func questionFor(host string) (dnsmessage.Question, error) {
	name, err := dnsmessage.NewName(strings.TrimSuffix(host, ".") + ".")
	return dnsmessage.Question{Name: name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}, err
}

func sameQuestion(a, b dnsmessage.Question) bool {
	return a.Type == b.Type && a.Class == b.Class && sameName(a.Name, b.Name)
}

func sameName(a, b dnsmessage.Name) bool { return strings.EqualFold(a.String(), b.String()) }

// addressesIn follows the names in an answer to the addresses.
func addressesIn(m dnsmessage.Message, name dnsmessage.Name) (found []netip.Addr, err error) {
	if m.RCode != dnsmessage.RCodeSuccess {
		return nil, errors.New(strings.TrimPrefix(m.RCode.String(), "RCode"))
	}
	for _, r := range m.Answers {
		if !sameName(r.Header.Name, name) {
			continue
		}
		switch body := r.Body.(type) {
		case *dnsmessage.CNAMEResource:
			name = body.CNAME
		case *dnsmessage.AResource:
			found = append(found, netip.AddrFrom4(body.A))
		}
	}
	if len(found) == 0 {
		return nil, errors.New("the answer holds no address")
	}
	return found, nil
}
