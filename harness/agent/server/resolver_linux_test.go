package server

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/badgateway/badgateway/harness/agent"
)

var resolverPort = netip.AddrPortFrom(agent.Resolver, 53)

// query asks the lab's resolver from the near side and returns the packet it answers.
func (l *testLab) query(network, name string, typ dnsmessage.Type, within time.Duration) (m dnsmessage.Message, err error) {
	l.t.Helper()
	const id = 4711
	q := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: id, RecursionDesired: true},
		Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName(name), Type: typ, Class: dnsmessage.ClassINET}},
	}
	packet, err := q.Pack()
	if err != nil {
		l.t.Fatal(err)
	}
	answer, err := l.exchange(network, packet, within)
	if err != nil {
		return m, err
	}
	if err := m.Unpack(answer); err != nil {
		l.t.Fatalf("the answer: %v", err)
	}
	if m.ID != id || !m.Response || len(m.Questions) != 1 || m.Questions[0] != q.Questions[0] {
		l.t.Errorf("the answer is not one to the question: %+v", m)
	}
	return m, nil
}

func (l *testLab) exchange(network string, packet []byte, within time.Duration) ([]byte, error) {
	if network == "tcp" {
		c, err := l.try(resolverPort, patience)
		if err != nil {
			return nil, err
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(within))
		c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(packet))), packet...))
		var length [2]byte
		if _, err := io.ReadFull(c, length[:]); err != nil {
			return nil, err
		}
		answer := make([]byte, binary.BigEndian.Uint16(length[:]))
		_, err = io.ReadFull(c, answer)
		return answer, err
	}
	var c *net.UDPConn
	err := l.near.do(func() (err error) {
		c, err = net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(resolverPort))
		return err
	})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(within))
	c.Write(packet)
	answer := make([]byte, 4096)
	n, err := c.Read(answer)
	return answer[:n], err
}

func TestTheResolverAnswersAsItWasTold(t *testing.T) {
	l := newLab(t, 1)
	one, two := netip.MustParseAddr("198.18.1.10"), netip.MustParseAddr("8.8.8.8")
	for _, n := range []agent.Name{
		{Name: "app.test", Addrs: []netip.Addr{one}},
		{Name: "two.test", Addrs: []netip.Addr{one, two}, TTL: 7},
		{Name: "empty.test"},
		{Name: "NX.test.", RCode: "NXDOMAIN"},
		{Name: "servfail.test", RCode: "SERVFAIL", Addrs: []netip.Addr{one}},
		{Name: "refused.test", RCode: "REFUSED"},
		{Name: "formerr.test", RCode: "FORMERR"},
	} {
		if err := l.SetName(t.Context(), n); err != nil {
			t.Fatalf("ordering %+v: %v", n, err)
		}
	}
	for _, c := range []struct {
		name  string
		typ   dnsmessage.Type
		rcode dnsmessage.RCode
		addrs []netip.Addr
		ttl   uint32
	}{
		{"app.test.", dnsmessage.TypeA, dnsmessage.RCodeSuccess, []netip.Addr{one}, 0},
		{"aPP.Test.", dnsmessage.TypeA, dnsmessage.RCodeSuccess, []netip.Addr{one}, 0},
		{"two.test.", dnsmessage.TypeA, dnsmessage.RCodeSuccess, []netip.Addr{one, two}, 7},
		{"app.test.", dnsmessage.TypeAAAA, dnsmessage.RCodeSuccess, nil, 0},
		{"app.test.", dnsmessage.TypeSRV, dnsmessage.RCodeSuccess, nil, 0},
		{"empty.test.", dnsmessage.TypeA, dnsmessage.RCodeSuccess, nil, 0},
		{"nx.test.", dnsmessage.TypeA, dnsmessage.RCodeNameError, nil, 0},
		{"nx.test.", dnsmessage.TypeAAAA, dnsmessage.RCodeNameError, nil, 0},
		{"servfail.test.", dnsmessage.TypeA, dnsmessage.RCodeServerFailure, nil, 0},
		{"refused.test.", dnsmessage.TypeA, dnsmessage.RCodeRefused, nil, 0},
		{"formerr.test.", dnsmessage.TypeA, dnsmessage.RCodeFormatError, nil, 0},
		{"nobody.told.me.", dnsmessage.TypeA, dnsmessage.RCodeNameError, nil, 0},
	} {
		for _, network := range []string{"udp", "tcp"} {
			m, err := l.query(network, c.name, c.typ, patience)
			if err != nil {
				t.Errorf("%s over %s: %v", c.name, network, err)
				continue
			}
			if m.RCode != c.rcode || len(m.Answers) != len(c.addrs) {
				t.Errorf("%s %v over %s: %v with %d answers, want %v with %d", c.name, c.typ, network, m.RCode, len(m.Answers), c.rcode, len(c.addrs))
				continue
			}
			for i, a := range m.Answers {
				got := netip.AddrFrom4(a.Body.(*dnsmessage.AResource).A)
				if got != c.addrs[i] || a.Header.TTL != c.ttl || a.Header.Name.String() != c.name {
					t.Errorf("%s over %s: answer %d is %v for %d s as %v", c.name, network, i, got, a.Header.TTL, a.Header.Name)
				}
			}
		}
	}
	var said []string
	v, err := l.Look(t.Context(), agent.Look{Names: []string{"TWO.test."}})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range v.Events {
		said = append(said, strings.Join([]string{string(e.Kind), e.Verb, e.Name, e.Peer.String(), e.Text}, " "))
	}
	want := "answered A two.test " + agent.ResolverNear.String() + " 198.18.1.10, 8.8.8.8"
	if len(said) != 2 || said[0] != want || said[1] != want { // once over UDP, once over TCP
		t.Errorf("the history tells of %q, want %q twice", said, want)
	}
}

func TestASilentNameIsReadAndNotAnswered(t *testing.T) {
	l := newLab(t, 1)
	if err := l.SetName(t.Context(), agent.Name{Name: "app.test", Silent: true}); err != nil {
		t.Fatal(err)
	}
	for i, network := range []string{"udp", "tcp"} {
		if m, err := l.query(network, "app.test.", dnsmessage.TypeA, silence); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("over %s: %+v, %v", network, m, err)
		}
		v := l.look()
		if len(v.Events) != i+1 || v.Events[i].Kind != agent.Answered || v.Events[i].Text != "nothing" {
			t.Errorf("over %s: the history tells of %+v", network, v.Events)
		}
	}
	if err := l.SetName(t.Context(), agent.Name{Name: "app.test", RCode: "REFUSED"}); err != nil {
		t.Fatal(err)
	}
	if m, err := l.query("udp", "app.test.", dnsmessage.TypeA, patience); err != nil || m.RCode != dnsmessage.RCodeRefused {
		t.Errorf("after the next order: %v, %v", m.RCode, err)
	}
}

func TestTheResolverOutlivesGarbage(t *testing.T) {
	l := newLab(t, 1)
	answer := []byte{0, 1, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0} // an answer, not a query
	for _, packet := range [][]byte{{}, {1}, make([]byte, 12), answer, []byte(strings.Repeat("\xff", 600))} {
		for _, network := range []string{"udp", "tcp"} {
			if got, err := l.exchange(network, packet, silence/2); err == nil {
				t.Errorf("%x over %s was answered with %x", packet, network, got)
			}
		}
	}
	if m, err := l.query("udp", "x.test.", dnsmessage.TypeA, patience); err != nil || m.RCode != dnsmessage.RCodeNameError {
		t.Errorf("then: %v, %v", m.RCode, err)
	}
}

// What a name leads to besides IPv4 addresses.
func TestTheResolverSaysWhatIsOfNoUse(t *testing.T) {
	l := newLab(t, 1)
	one, six := netip.MustParseAddr("198.18.1.10"), netip.MustParseAddr("2001:db8::1")
	for _, n := range []agent.Name{
		{Name: "six.test", IPv6: []netip.Addr{six}},
		{Name: "alias.test", Alias: "Alias.test", Addrs: []netip.Addr{one}},
		{Name: "cut.test", Cut: true, Addrs: []netip.Addr{one}},
		{Name: "notimp.test", RCode: "NOTIMP"},
	} {
		if err := l.SetName(t.Context(), n); err != nil {
			t.Fatalf("ordering %+v: %v", n, err)
		}
	}
	for _, c := range []struct {
		network, name string
		typ           dnsmessage.Type
		rcode         dnsmessage.RCode
		cut           bool
		answer        dnsmessage.ResourceBody
	}{
		{"udp", "six.test.", dnsmessage.TypeAAAA, 0, false, &dnsmessage.AAAAResource{AAAA: six.As16()}},
		{"udp", "six.test.", dnsmessage.TypeA, 0, false, nil},
		{"tcp", "alias.test.", dnsmessage.TypeA, 0, false, &dnsmessage.CNAMEResource{CNAME: dnsmessage.MustNewName("alias.test.")}},
		{"udp", "cut.test.", dnsmessage.TypeA, 0, true, nil},
		{"tcp", "cut.test.", dnsmessage.TypeA, 0, false, &dnsmessage.AResource{A: one.As4()}},
		{"udp", "notimp.test.", dnsmessage.TypeA, dnsmessage.RCodeNotImplemented, false, nil},
	} {
		m, err := l.query(c.network, c.name, c.typ, patience)
		if err != nil || m.RCode != c.rcode || m.Truncated != c.cut {
			t.Errorf("%s over %s: %+v, %v", c.name, c.network, m, err)
			continue
		}
		var got dnsmessage.ResourceBody
		if len(m.Answers) > 0 {
			got = m.Answers[0].Body
		}
		if len(m.Answers) > 1 || !reflect.DeepEqual(got, c.answer) {
			t.Errorf("%s %v over %s: %v, want %v", c.name, c.typ, c.network, m.Answers, c.answer)
		}
	}
	for _, n := range []agent.Name{{Name: "x.test", IPv6: []netip.Addr{one}}, {Name: "x.test", Addrs: []netip.Addr{six}}, {Name: "x.test", Alias: strings.Repeat("x", 300)}} {
		if err := l.SetName(t.Context(), n); err == nil {
			t.Errorf("it took %+v", n)
		}
	}
}

func TestAnAnswerThatIsAstrayHasAnotherID(t *testing.T) {
	l := newLab(t, 1)
	if err := l.SetName(t.Context(), agent.Name{Name: "astray.test", Astray: true, Addrs: []netip.Addr{netip.MustParseAddr("198.18.1.10")}}); err != nil {
		t.Fatal(err)
	}
	q := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: 0xffff},
		Questions: []dnsmessage.Question{{Name: dnsmessage.MustNewName("astray.test."), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}},
	}
	packet, err := q.Pack()
	if err != nil {
		t.Fatal(err)
	}
	answer, err := l.exchange("udp", packet, patience)
	var m dnsmessage.Message
	if err != nil || m.Unpack(answer) != nil || m.ID == q.ID || len(m.Answers) != 1 {
		t.Errorf("it answered %+v, %v", m, err)
	}
}
