package mutant

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"strings"

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
		addr, err := p.lookUp(ctx, s)
		if err != nil {
			f := startFailure(err)
			if !p.conduct.startsAnyway {
				return f
			}
			p.log.failed("", f)
			continue
		}
		s.known(addr)
	}
	return nil
}

// address is where the site's upstream is, for one request.
func (p *proxy) address(ctx context.Context, s *site) (netip.AddrPort, error) {
	if s.Resolve != atRequest {
		if addr := s.last(); addr.IsValid() {
			return addr, nil
		}
	}
	addr, err := p.lookUp(ctx, s)
	if err == nil {
		s.known(addr)
		return addr, nil
	}
	if old := s.last(); p.conduct.staysWithAddress && old.IsValid() {
		return old, nil
	}
	return addr, err
}

// lookUp asks the resolver, once and without a cache.
func (p *proxy) lookUp(ctx context.Context, s *site) (netip.AddrPort, error) {
	if s.Resolve == literally {
		return netip.ParseAddrPort(s.Upstream)
	}
	host, port, err := splitHostPort(s.Upstream)
	if err != nil {
		return netip.AddrPort{}, err
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return netip.AddrPort{}, err
	}
	addr, err := p.ask(ctx, host)
	if err != nil {
		return netip.AddrPort{}, resolveFailure(host, err)
	}
	return netip.AddrPortFrom(addr, uint16(number)), nil
}

func resolveFailure(host string, err error) *failure {
	f := &failure{harness.PhaseResolve, dnsError, fmt.Sprintf("%s: %v", host, err)}
	if isTimeout(err) {
		f.kind = dnsTimeout
	}
	return f
}

// ask sends one query over UDP and waits for its answer (RFC 1035 4.2.1).
func (p *proxy) ask(ctx context.Context, host string) (netip.Addr, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "udp", p.config.Resolver.String())
	if err != nil {
		return netip.Addr{}, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(deadline(p.conduct.wait(p.config.Timeouts.Resolve))); err != nil {
		return netip.Addr{}, err
	}
	question, err := questionFor(host)
	if err != nil {
		return netip.Addr{}, err
	}
	id := uint16(rand.Uint32())
	query := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: id, RecursionDesired: true},
		Questions: []dnsmessage.Question{question},
	}
	packet, err := query.Pack()
	if err != nil {
		return netip.Addr{}, err
	}
	if _, err := conn.Write(packet); err != nil {
		return netip.Addr{}, err
	}
	buf := make([]byte, 64<<10)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return netip.Addr{}, err
		}
		var m dnsmessage.Message
		if m.Unpack(buf[:n]) == nil && m.Response && m.ID == id && len(m.Questions) == 1 && sameQuestion(m.Questions[0], question) {
			return addressIn(m, question.Name)
		}
		// Whatever that was, it is no answer to this query: wait on.
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

// addressIn follows the names in an answer to the first address.
func addressIn(m dnsmessage.Message, name dnsmessage.Name) (netip.Addr, error) {
	if m.RCode != dnsmessage.RCodeSuccess {
		return netip.Addr{}, errors.New(strings.TrimPrefix(m.RCode.String(), "RCode"))
	}
	for _, r := range m.Answers {
		if !sameName(r.Header.Name, name) {
			continue
		}
		switch body := r.Body.(type) {
		case *dnsmessage.CNAMEResource:
			name = body.CNAME
		case *dnsmessage.AResource:
			return netip.AddrFrom4(body.A), nil
		}
	}
	return netip.Addr{}, errors.New("the answer holds no address")
}
