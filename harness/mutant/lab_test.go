package mutant

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// soon is every timeout of the proxies under test: long enough for a loaded machine to
// keep, short enough to wait for often.
const soon = 100 * time.Millisecond

// patience is the test client's: what takes longer hangs.
const patience = 10 * soon

// Parts of answers. pageLength and pageChunk are the page's size in both notations.
const (
	pageLength = "60"
	pageChunk  = "3c"
	ok         = "HTTP/1.1 200 OK\r\n"
	healthy    = ok + "Content-Length: " + pageLength + "\r\n\r\n" + script.Page
	half       = "an answer of the" // the first 16 bytes of the page
	tooShort   = ok + "Content-Length: 1000\r\n\r\n" + half
	untilFIN   = ok + "\r\n" + script.Page
	oneChunk   = ok + "Transfer-Encoding: chunked\r\n\r\n" + pageChunk + "\r\n" + script.Page + "\r\n"
	halfChunk  = ok + "Transfer-Encoding: chunked\r\n\r\n10\r\n" + half + "\r\n"
	lastChunk  = "0\r\n\r\n"
)

// visit is the request of a lab's client.
var visit = harness.Visit{Host: "app.test"}.Ask(netip.Addr{}, harness.Traffic{}).Request

// fakeUpstream is a server whose connections play a function.
type fakeUpstream struct {
	addr string
	mu   sync.Mutex
	got  []string // what was asked, one entry a connection
}

func (u *fakeUpstream) asked() []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.got
}

// upstream plays each connection, once it has sent its request's header, until the
// function returns; then it closes it.
func upstream(t *testing.T, play func(net.Conn)) *fakeUpstream {
	t.Helper()
	l := listen(t)
	u := &fakeUpstream{addr: l.Addr().String()}
	go each(l, func(conn net.Conn) {
		head := readHead(conn)
		u.mu.Lock()
		u.got = append(u.got, head)
		u.mu.Unlock()
		play(conn)
	})
	return u
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func each(l net.Listener, play func(net.Conn)) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			play(conn)
		}()
	}
}

func readHead(conn net.Conn) string {
	var head strings.Builder
	for in := bufio.NewReader(conn); ; {
		line, err := in.ReadString('\n')
		if head.WriteString(line); err != nil || line == "\r\n" {
			return head.String()
		}
	}
}

// says writes and leaves.
func says(text string) func(net.Conn) {
	return func(c net.Conn) { io.WriteString(c, text) }
}

// holds writes, and then waits until the proxy leaves.
func holds(text string) func(net.Conn) {
	return func(c net.Conn) {
		io.WriteString(c, text)
		io.Copy(io.Discard, c)
	}
}

// resets writes, waits until that was taken in, and resets.
func resets(text string) func(net.Conn) {
	return func(c net.Conn) {
		io.WriteString(c, text)
		c.(*net.TCPConn).SetLinger(0)
	}
}

// testBed is one proxy in front of one upstream.
type testBed struct {
	t     *testing.T
	proxy *proxy
	front net.Listener
	log   harness.Log
	ended chan error // what serve returned
}

// bed starts the proxy of that name for one site, with changes to its configuration.
func bed(t *testing.T, name, upstream string, change ...func(*config)) *testBed {
	t.Helper()
	b := newBed(t, name, upstream, change...)
	if err := b.proxy.learn(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.front = listen(t)
	go func() { b.ended <- b.proxy.serve(b.front) }()
	return b
}

func newBed(t *testing.T, name, upstream string, change ...func(*config)) *testBed {
	t.Helper()
	conduct, ok := conductOf(name)
	if !ok {
		t.Fatalf("nobody is called %q", name)
	}
	d := duration(soon)
	c := config{
		Timeouts: timeouts{d, d, d, d}, HeaderLimit: headerLimit,
		Sites: []siteConfig{{Name: "app.test", Upstream: upstream, Resolve: literally}},
	}
	for _, f := range change {
		f(&c)
	}
	b := &testBed{t: t, ended: make(chan error, 1)}
	b.proxy = newProxy(c, conduct, &journal{out: &b.log})
	return b
}

// dial connects a client that does not wait longer than its patience.
func (b *testBed) dial() net.Conn {
	b.t.Helper()
	conn, err := net.Dial("tcp", b.front.Addr().String())
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(patience))
	return conn
}

// get asks as the harness's client does, and sees what it sees.
func (b *testBed) get() agent.Exchange {
	b.t.Helper()
	return b.ask(string(visit))
}

func (b *testBed) ask(request string) agent.Exchange {
	b.t.Helper()
	conn := b.dial()
	began := time.Now()
	io.WriteString(conn, request)
	method, _, _ := strings.Cut(request, " ")
	res, end := agent.ReadResponse(conn, method)
	return agent.Exchange{Ended: time.Since(began), End: end, Response: res}
}

// errorType waits until the log tells of a client's failure, and returns what the last
// such line calls it.
func (b *testBed) errorType() (kind string) {
	ctx, cancel := context.WithTimeout(b.t.Context(), patience)
	defer cancel()
	b.log.Until(ctx, func(lines []string) bool {
		for _, line := range lines {
			if l, ok := readLog(line); ok && l.Client == "127.0.0.1" {
				kind = l.ErrorType
			}
		}
		return kind != ""
	})
	return kind
}

// expect asks once.
func (b *testBed) expect(status int, outcome harness.Outcome, errorType string) agent.Exchange {
	b.t.Helper()
	x := b.get()
	if got := harness.OutcomeOf(x); got != outcome || x.Response.Status != status {
		b.t.Errorf("the client saw %d, %s (%q), expected %d, %s", x.Response.Status, got, x.Response.Raw, status, outcome)
	}
	if errorType == "" {
		if lines := b.log.Lines(); len(lines) > 0 {
			b.t.Errorf("it logged %q", lines)
		}
	} else if got := b.errorType(); got != errorType {
		b.t.Errorf("the log says %q, expected %q", got, errorType)
	}
	return x
}

// kindOf is the error type of an error of the proxy's.
func kindOf(err error) string {
	var f *failure
	if errors.As(err, &f) {
		return f.kind
	}
	return ""
}

// nobodyThere is an address on which nothing listens, and nothing will: the port is
// taken by one end of a connection.
func nobodyThere(t *testing.T) string {
	t.Helper()
	addr, _ := vacant(t)
	return addr
}

// vacant is nobodyThere until it is freed.
func vacant(t *testing.T) (addr string, free func()) {
	t.Helper()
	conn, err := net.Dial("tcp", listen(t).Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	free = func() {
		conn.(*net.TCPConn).SetLinger(0) // so that the port does not rest in TIME_WAIT
		conn.Close()
	}
	t.Cleanup(free)
	return conn.LocalAddr().String(), free
}
