//go:build linux

package server

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/badgateway/badgateway/harness/agent"
)

// resolver is the lab's DNS server, over UDP and TCP. It knows the names that it was
// told and nothing else.
type resolver struct {
	history   *history
	elsewhere bool // names that nobody ordered have an address there
	mu        sync.Mutex
	names     map[string]agent.Name
	strangers int // names that nobody ordered, so far
}

func newResolver(h *history, elsewhere bool) *resolver {
	return &resolver{history: h, elsewhere: elsewhere, names: map[string]agent.Name{}}
}

// rcodes are the errors an order can name (RFC 1035 4.1.1).
var rcodes = map[string]dnsmessage.RCode{
	"":         dnsmessage.RCodeSuccess,
	"FORMERR":  dnsmessage.RCodeFormatError,
	"NOTIMP":   dnsmessage.RCodeNotImplemented,
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
	for _, a := range n.IPv6 {
		if !a.Is6() || a.Is4In6() {
			return fmt.Errorf("%v is no IPv6 address", a)
		}
	}
	if _, err := dnsmessage.NewName(canonical(n.Alias) + "."); err != nil {
		return fmt.Errorf("the alias %.40q: %w", n.Alias, err)
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
		if answer, late := r.answer(buf[:n], from.Addr().Unmap(), overUDP); answer != nil {
			r.after(late, func() { c.WriteToUDPAddrPort(answer, from) })
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
				if answer, late := r.answer(query, from, agent.Name.OverTCP); answer != nil {
					r.after(late, func() { c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...)) })
				}
			}
		}()
	}
}

// after does it once so much of the lab's time has passed. Nobody waits for that: other queries
// are answered meanwhile.
func (r *resolver) after(late time.Duration, do func()) {
	if late <= 0 {
		do()
		return
	}
	go func() {
		if r.history.clock.Sleep(context.Background(), late) == nil {
			do()
		}
	}()
}

// overUDP is a name's condition as who asks over UDP finds it.
func overUDP(n agent.Name) agent.Name { return n }

// answer makes the answer to a query, nil for none, which is due so much later, and tells the
// history. Over is how the way of the query changes what is said.
func (r *resolver) answer(query []byte, from netip.Addr, over func(agent.Name) agent.Name) (answer []byte, late time.Duration) {
	var p dnsmessage.Parser
	header, err := p.Start(query)
	if err != nil || header.Response {
		return nil, 0
	}
	q, err := p.Question()
	if err != nil {
		return nil, 0
	}
	name := canonical(q.Name.String())
	n := over(r.find(name))
	r.history.tell(agent.Event{
		Kind: agent.Answered, Host: agent.Nameserver, Peer: from, Name: name,
		Verb: strings.TrimPrefix(q.Type.String(), "Type"), Text: n.Says(),
	})
	if n.Silent {
		return nil, 0
	}
	return pack(header, q, n), n.Late
}

// find is the name's condition. One that nobody ordered is unknown, or lives elsewhere for as
// long as there is room.
func (r *resolver) find(name string) agent.Name {
	r.mu.Lock()
	defer r.mu.Unlock()
	n, known := r.names[name]
	if known {
		return n
	}
	n = agent.Name{Name: name, RCode: "NXDOMAIN"}
	if r.elsewhere && r.strangers < agent.MaxElsewhere/2 {
		r.strangers++
		n = agent.Name{Name: name, Addrs: []netip.Addr{agent.ElsewhereAddr(agent.MaxElsewhere - r.strangers)}}
		r.names[name] = n
	}
	return n
}

// nameOf is the name that has the address, "" if none.
func (r *resolver) nameOf(addr netip.Addr) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, n := range r.names {
		if slices.Contains(n.Addrs, addr) {
			return n.Name
		}
	}
	return ""
}

// pack builds an answer with what the name leads to. Queries for anything but addresses get
// nothing, which is no error (RFC 2308 2.2).
func pack(asked dnsmessage.Header, q dnsmessage.Question, n agent.Name) []byte {
	if n.Astray {
		asked.ID++
	}
	b := dnsmessage.NewBuilder(nil, dnsmessage.Header{
		ID: asked.ID, Response: true, Authoritative: true, Truncated: n.Cut,
		RecursionDesired: asked.RecursionDesired, RecursionAvailable: true, RCode: rcodes[n.RCode],
	})
	err := errors.Join(b.StartQuestions(), b.Question(q), b.StartAnswers())
	if n.RCode == "" && !n.Cut {
		err = errors.Join(err, packRecords(&b, q, n))
	}
	answer, ferr := b.Finish()
	if err != nil || ferr != nil {
		return nil
	}
	return answer
}

// packRecords adds the records that answer a question.
func packRecords(b *dnsmessage.Builder, q dnsmessage.Question, n agent.Name) (err error) {
	h := dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: n.TTL}
	if n.Alias != "" {
		other, err := dnsmessage.NewName(canonical(n.Alias) + ".")
		return errors.Join(err, b.CNAMEResource(h, dnsmessage.CNAMEResource{CNAME: other}))
	}
	switch q.Type {
	case dnsmessage.TypeA:
		for _, a := range n.Addrs {
			err = errors.Join(err, b.AResource(h, dnsmessage.AResource{A: a.As4()}))
		}
	case dnsmessage.TypeAAAA:
		for _, a := range n.IPv6 {
			err = errors.Join(err, b.AAAAResource(h, dnsmessage.AAAAResource{AAAA: a.As16()}))
		}
	}
	return err
}
