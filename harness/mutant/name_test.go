package mutant

import (
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/badgateway/badgateway/harness"
)

const upstreamName = "app.site.test"

var loopback = netip.MustParseAddr("127.0.0.1")

// fakeResolver answers queries as its function says, and not at all where that
// returns nil.
type fakeResolver struct {
	addr   netip.AddrPort
	answer atomic.Pointer[func(dnsmessage.Message) []dnsmessage.Message]
}

func resolver(t *testing.T, answer func(dnsmessage.Message) []dnsmessage.Message) *fakeResolver {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	r := &fakeResolver{addr: conn.LocalAddr().(*net.UDPAddr).AddrPort()}
	r.answers(answer)
	go func() {
		for buf := make([]byte, 512); ; {
			n, from, err := conn.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			var query dnsmessage.Message
			if query.Unpack(buf[:n]) != nil {
				continue
			}
			for _, m := range (*r.answer.Load())(query) {
				packet, _ := m.Pack()
				conn.WriteToUDPAddrPort(packet, from)
			}
		}
	}()
	return r
}

func (r *fakeResolver) answers(f func(dnsmessage.Message) []dnsmessage.Message) { r.answer.Store(&f) }

// overTCP answers queries that come by TCP.
func (r *fakeResolver) overTCP(t *testing.T, answer func(dnsmessage.Message) []dnsmessage.Message) {
	t.Helper()
	l, err := net.Listen("tcp", r.addr.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go each(l, func(c net.Conn) {
		over := stream(c)
		packet, err := over.read()
		var query dnsmessage.Message
		if err != nil || query.Unpack(packet) != nil {
			return
		}
		for _, m := range answer(query) {
			packet, _ := m.Pack()
			over.write(packet)
		}
	})
}

// cut says that the answer is to be had over TCP.
func cut(query dnsmessage.Message) []dnsmessage.Message {
	m := replyTo(query)
	m.Truncated = true
	return []dnsmessage.Message{m}
}

// otherwise is the right answer to another query.
func otherwise(query dnsmessage.Message) []dnsmessage.Message {
	query.ID++
	return found(query)
}

// two answers with an address at which nobody is, and 127.0.0.1.
func two(query dnsmessage.Message) []dnsmessage.Message {
	m := found(query)[0]
	dead := m.Answers[len(m.Answers)-1]
	dead.Body = &dnsmessage.AResource{A: [4]byte{127, 99, 99, 99}}
	m.Answers = slices.Insert(m.Answers, len(m.Answers)-1, dead)
	return []dnsmessage.Message{m}
}

// found answers with 127.0.0.1, by way of another name.
func found(query dnsmessage.Message) []dnsmessage.Message {
	m, q := replyTo(query), query.Questions[0]
	other := dnsmessage.MustNewName("other.test.")
	header := dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 60}
	target := dnsmessage.ResourceHeader{Name: other, Class: q.Class, TTL: 60}
	m.Answers = []dnsmessage.Resource{
		{Header: header, Body: &dnsmessage.CNAMEResource{CNAME: other}},
		{Header: header, Body: &dnsmessage.TXTResource{TXT: []string{"no address"}}},
		{Header: target, Body: &dnsmessage.AResource{A: loopback.As4()}},
	}
	return []dnsmessage.Message{m}
}

func replyTo(query dnsmessage.Message) dnsmessage.Message {
	return dnsmessage.Message{Header: dnsmessage.Header{ID: query.ID, Response: true}, Questions: query.Questions}
}

func rcode(code dnsmessage.RCode) func(dnsmessage.Message) []dnsmessage.Message {
	return func(query dnsmessage.Message) []dnsmessage.Message {
		m := replyTo(query)
		m.RCode = code
		return []dnsmessage.Message{m}
	}
}

func unanswered(dnsmessage.Message) []dnsmessage.Message { return nil }

// astray sends answers to other queries, and then the right one.
func astray(query dnsmessage.Message) []dnsmessage.Message {
	otherID, otherName, noResponse := rcode(dnsmessage.RCodeNameError)(query)[0], replyTo(query), query
	otherID.ID++
	otherName.Questions = []dnsmessage.Question{{Name: dnsmessage.MustNewName("evil.test."), Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}}
	return append([]dnsmessage.Message{otherID, otherName, noResponse}, found(query)...)
}

// named lets the site's upstream be a name, looked up at that time.
func named(t *testing.T, r *fakeResolver, when resolve, upstream string) func(*config) {
	_, port, err := net.SplitHostPort(upstream)
	if err != nil {
		t.Fatal(err)
	}
	return func(c *config) {
		c.Resolver = r.addr
		c.Sites[0].Upstream, c.Sites[0].Resolve = net.JoinHostPort(upstreamName, port), when
	}
}

func TestHonestResolvesAtRequest(t *testing.T) {
	t.Parallel()
	u := upstream(t, says(healthy))
	for name, c := range map[string]struct {
		answer func(dnsmessage.Message) []dnsmessage.Message
		status int
		kind   string
	}{
		"found":      {found, 200, ""},
		"astray":     {astray, 200, ""},
		"NXDOMAIN":   {rcode(dnsmessage.RCodeNameError), 502, dnsError},
		"SERVFAIL":   {rcode(dnsmessage.RCodeServerFailure), 502, dnsError},
		"REFUSED":    {rcode(dnsmessage.RCodeRefused), 502, dnsError},
		"no address": {rcode(dnsmessage.RCodeSuccess), 502, dnsError},
		"no answer":  {unanswered, 504, dnsTimeout},
		"otherwise":  {otherwise, 504, dnsTimeout},
		"no question": {func(q dnsmessage.Message) []dnsmessage.Message {
			q.Response, q.Questions = true, nil
			return []dnsmessage.Message{q}
		}, 504, dnsTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := bed(t, Honest, u.addr, named(t, resolver(t, c.answer), atRequest, u.addr))
			x := b.expect(c.status, harness.Answered, c.kind)
			if c.kind == dnsTimeout && x.Ended < soon {
				t.Errorf("it gave up after %v of %v", x.Ended, soon)
			}
		})
	}
}

func TestHonestAsksForEachRequest(t *testing.T) {
	t.Parallel()
	u := upstream(t, says(healthy))
	r := resolver(t, found)
	b := bed(t, Honest, u.addr, named(t, r, atRequest, u.addr))
	b.expect(200, harness.Answered, "")
	r.answers(rcode(dnsmessage.RCodeNameError))
	b.expect(502, harness.Answered, dnsError)
	r.answers(found)
	if x := b.get(); x.Response.Status != 200 {
		t.Errorf("it answered %q", x.Response.Raw)
	}
}

func TestHonestResolverThatIsNotThere(t *testing.T) {
	t.Parallel()
	u := upstream(t, says(healthy))
	r := resolver(t, found)
	// A connected socket takes from its peer alone: from others its port is closed.
	closed, err := net.Dial("udp", r.addr.String())
	if err != nil {
		t.Fatal(err)
	}
	defer closed.Close()
	r.addr = closed.LocalAddr().(*net.UDPAddr).AddrPort()
	b := bed(t, Honest, u.addr, named(t, r, atRequest, u.addr), func(c *config) { c.Timeouts.Resolve = duration(time.Hour) })
	b.expect(502, harness.Answered, dnsError)
}

func TestHonestLearnsAtStart(t *testing.T) {
	t.Parallel()
	u := upstream(t, says(healthy))
	r := resolver(t, found)
	b := bed(t, Honest, u.addr, named(t, r, atStart, u.addr))
	r.answers(rcode(dnsmessage.RCodeNameError))
	b.expect(200, harness.Answered, "")
}

func TestHonestDoesNotStartWithoutAName(t *testing.T) {
	t.Parallel()
	r := resolver(t, rcode(dnsmessage.RCodeNameError))
	b := newBed(t, Honest, "", named(t, r, atStart, "127.0.0.1:1"))
	if err := b.proxy.learn(t.Context()); kindOf(err) != dnsError || !strings.Contains(err.Error(), upstreamName) {
		t.Errorf("it says %v", err)
	}
}

func TestStartsAnyway(t *testing.T) {
	t.Parallel()
	u := upstream(t, says(healthy))
	b := bed(t, "starts-anyway", u.addr, named(t, resolver(t, rcode(dnsmessage.RCodeNameError)), atStart, u.addr))
	if x := b.get(); x.Response.Status != 502 || b.errorType() != dnsError {
		t.Errorf("it answered %q", x.Response.Raw)
	}
	if l, ok := readLog(b.log.Lines()[0]); !ok || l.Client != "" || l.Phase != harness.PhaseStart {
		t.Errorf("at start it said %q", b.log.Lines()[0])
	}
}

func TestStaysWithAddress(t *testing.T) {
	t.Parallel()
	u := upstream(t, says(healthy))
	r := resolver(t, found)
	b := bed(t, "stays-with-address", u.addr, named(t, r, atRequest, u.addr))
	b.expect(200, harness.Answered, "")
	for _, f := range []func(dnsmessage.Message) []dnsmessage.Message{rcode(dnsmessage.RCodeNameError), unanswered} {
		r.answers(f)
		b.expect(200, harness.Answered, "")
	}
}

func TestWhatDoesNotFitIsAskedForOverTCP(t *testing.T) {
	t.Parallel()
	u := upstream(t, says(healthy))
	r := resolver(t, cut)
	r.overTCP(t, found)
	bed(t, Honest, u.addr, named(t, r, atRequest, u.addr)).expect(200, harness.Answered, "")
	bed(t, "takes-cut", u.addr, named(t, r, atRequest, u.addr)).expect(502, harness.Answered, dnsError)
}

func TestTakesAstray(t *testing.T) {
	t.Parallel()
	u := upstream(t, says(healthy))
	bed(t, "takes-astray", u.addr, named(t, resolver(t, otherwise), atRequest, u.addr)).expect(200, harness.Answered, "")
}

func TestEachAddressOfANameIsTried(t *testing.T) {
	t.Parallel()
	u := upstream(t, says(healthy))
	r := resolver(t, two)
	bed(t, Honest, u.addr, named(t, r, atRequest, u.addr)).expect(200, harness.Answered, connectionRefused)
	bed(t, "first-address", u.addr, named(t, r, atRequest, u.addr)).expect(502, harness.Answered, connectionRefused)
}
