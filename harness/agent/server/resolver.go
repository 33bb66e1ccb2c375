//go:build linux

package server

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/badgateway/badgateway/harness/agent"
)

// resolver is the lab's DNS server, over UDP and TCP. It knows the names that it was
// told and nothing else.
type resolver struct {
	history *history
	mu      sync.Mutex
	names   map[string]agent.Name
}

func newResolver(h *history) *resolver {
	return &resolver{history: h, names: map[string]agent.Name{}}
}

// rcodes are the errors an order can name (RFC 1035 4.1.1).
var rcodes = map[string]dnsmessage.RCode{
	"":         dnsmessage.RCodeSuccess,
	"FORMERR":  dnsmessage.RCodeFormatError,
	"SERVFAIL": dnsmessage.RCodeServerFailure,
	"NXDOMAIN": dnsmessage.RCodeNameError,
	"REFUSED":  dnsmessage.RCodeRefused,
}

func (r *resolver) set(n agent.Name) error {
	if _, ok := rcodes[n.RCode]; !ok {
		return fmt.Errorf("no response code is called %q", n.RCode)
	}
	for _, a := range n.Addrs {
		if !a.Is4() {
			return fmt.Errorf("%v is no IPv4 address", a)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.names[canonical(n.Name)] = n
	return nil
}

func canonical(name string) string { return strings.ToLower(strings.TrimSuffix(name, ".")) }

func (r *resolver) start(far *space) error {
	at := netip.AddrPortFrom(agent.Resolver, 53)
	udp, err := far.listenUDP(at)
	if err != nil {
		return fmt.Errorf("the resolver: %w", err)
	}
	tcp, err := far.listen(at, 0)
	if err != nil {
		return fmt.Errorf("the resolver: %w", err)
	}
	go r.serveUDP(udp)
	go r.serveTCP(tcp)
	return nil
}

func (r *resolver) serveUDP(c *net.UDPConn) {
	buf := make([]byte, 4096)
	for {
		n, from, err := c.ReadFromUDPAddrPort(buf)
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			continue // an ICMP error of an earlier answer
		}
		if answer := r.answer(buf[:n], from.Addr().Unmap()); answer != nil {
			c.WriteToUDPAddrPort(answer, from)
		}
	}
}

func (r *resolver) serveTCP(l *net.TCPListener) {
	for {
		c, err := l.AcceptTCP()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			from := c.RemoteAddr().(*net.TCPAddr).AddrPort().Addr().Unmap()
			for {
				var length [2]byte
				if _, err := io.ReadFull(c, length[:]); err != nil {
					return
				}
				query := make([]byte, binary.BigEndian.Uint16(length[:]))
				if _, err := io.ReadFull(c, query); err != nil {
					return
				}
				if answer := r.answer(query, from); answer != nil {
					c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
				}
			}
		}()
	}
}

// answer makes the answer to a query, nil for none, and tells the history.
func (r *resolver) answer(query []byte, from netip.Addr) []byte {
	var p dnsmessage.Parser
	header, err := p.Start(query)
	if err != nil || header.Response {
		return nil
	}
	q, err := p.Question()
	if err != nil {
		return nil
	}
	name := canonical(q.Name.String())
	r.mu.Lock()
	n, known := r.names[name]
	r.mu.Unlock()
	if !known {
		n = agent.Name{Name: name, RCode: "NXDOMAIN"}
	}
	r.history.tell(agent.Event{
		Kind: agent.Answered, Host: -1, Peer: from, Name: name,
		Verb: strings.TrimPrefix(q.Type.String(), "Type"), Text: n.Says(),
	})
	if n.Silent {
		return nil
	}
	return pack(header, q, n)
}

// pack builds an answer with the name's addresses. Queries for anything but IPv4
// addresses get none, which is no error (RFC 2308 2.2).
func pack(asked dnsmessage.Header, q dnsmessage.Question, n agent.Name) []byte {
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{
		ID: asked.ID, Response: true, Authoritative: true,
		RecursionDesired: asked.RecursionDesired, RecursionAvailable: true, RCode: rcodes[n.RCode],
	})
	err := errors.Join(b.StartQuestions(), b.Question(q), b.StartAnswers())
	if q.Type == dnsmessage.TypeA && n.RCode == "" {
		for _, a := range n.Addrs {
			h := dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: n.TTL}
			err = errors.Join(err, b.AResource(h, dnsmessage.AResource{A: a.As4()}))
		}
	}
	answer, ferr := b.Finish()
	if err != nil || ferr != nil {
		return nil
	}
	return answer
}
