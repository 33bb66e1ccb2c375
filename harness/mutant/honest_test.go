package mutant

import (
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/script"
)

// breakages are what an upstream can do to a proxy on a connection, and what an honest
// one makes of it. mutants_test.go plays them to the others.
var breakages = map[string]struct {
	play    func(net.Conn)
	status  int
	outcome harness.Outcome
	kind    string
}{
	"healthy":          {says(healthy), 200, harness.Answered, ""},
	"chunked":          {says(oneChunk + lastChunk), 200, harness.Answered, ""},
	"delimited by end": {says(untilFIN), 200, harness.Answered, ""},
	"shedding":         {says("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"), 503, harness.Answered, ""},

	"reset":             {resets(""), 502, harness.Answered, connectionCut},
	"empty":             {says(""), 502, harness.Answered, incomplete},
	"cut header":        {says(ok + "Content-Le"), 502, harness.Answered, incomplete},
	"cut status line":   {says("HT"), 502, harness.Answered, incomplete},
	"silence":           {holds(""), 504, harness.Answered, readTimeout},
	"silence in header": {holds(ok), 504, harness.Answered, readTimeout},

	"not http":         {holds("SSH-2.0-OpenSSH_9.2\r\n"), 502, harness.Answered, protocolError},
	"tls alert":        {holds("\x15\x03\x01\x00\x02\x02\x46"), 502, harness.Answered, protocolError},
	"bad status line":  {says("HTTP/1.1 twohundred OK\r\n\r\n"), 502, harness.Answered, protocolError},
	"nul":              {holds(ok + "X: a\x00"), 502, harness.Answered, protocolError},
	"two lengths":      {says(ok + "Content-Length: " + pageLength + "\r\nContent-Length: 5\r\n\r\n" + script.Page), 502, harness.Answered, protocolError},
	"header too large": {says(ok + "X: " + strings.Repeat("x", headerLimit) + "\r\nContent-Length: " + pageLength + "\r\n\r\n" + script.Page), 502, harness.Answered, headerTooLarge},

	"bad chunk":            {says(halfChunk + "zz\r\n"), 200, harness.Truncated, badTransferCoding},
	"chunk too long":       {says(halfChunk + "1\r\nab\r\n" + lastChunk), 200, harness.Truncated, badTransferCoding},
	"no last chunk":        {says(halfChunk), 200, harness.Truncated, incomplete},
	"short body":           {says(tooShort), 200, harness.Truncated, incomplete},
	"stall in body":        {holds(tooShort), 200, harness.Truncated, readTimeout},
	"stall before the end": {holds(ok + "\r\n" + half), 200, harness.Truncated, readTimeout},
}

func TestHonest(t *testing.T) {
	t.Parallel()
	for name, b := range breakages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := upstream(t, b.play)
			x := bed(t, Honest, u.addr).expect(b.status, b.outcome, b.kind)
			if n := len(u.asked()); n != 1 {
				t.Errorf("the upstream was asked %d times", n)
			}
			if b.kind == readTimeout && x.Ended < soon {
				t.Errorf("it gave up after %v of %v", x.Ended, soon)
			}
			if own := x.Response.Get("Proxy-Status"); b.status/100 == 5 && b.kind != "" && own != "mutant; error="+b.kind {
				t.Errorf("Proxy-Status: %q", own)
			}
		})
	}
}

func TestHonestRelaysWhatTheUpstreamSaysOfItself(t *testing.T) {
	t.Parallel()
	u := upstream(t, breakages["shedding"].play)
	x := bed(t, Honest, u.addr).get()
	if got := x.Response.Get("Retry-After"); got != "7" {
		t.Errorf("Retry-After: %q", got)
	}
	if got := x.Response.Get("Proxy-Status"); got != "" {
		t.Errorf("it took a relayed answer for its own: Proxy-Status: %q", got)
	}
}

func TestHonestRefused(t *testing.T) {
	t.Parallel()
	bed(t, Honest, nobodyThere(t)).expect(502, harness.Answered, connectionRefused)
}

func TestHonestResetOnAccept(t *testing.T) {
	t.Parallel()
	l := listen(t)
	go each(l, resets(""))
	bed(t, Honest, l.Addr().String()).expect(502, harness.Answered, connectionCut)
}

func TestHonestResetInBody(t *testing.T) {
	t.Parallel()
	first := make(chan struct{})
	u := upstream(t, func(c net.Conn) {
		io.WriteString(c, tooShort)
		<-first // a reset overtakes what was not read yet
		resets("")(c)
	})
	b := bed(t, Honest, u.addr)
	conn := b.dial()
	conn.Write(visit)
	if _, err := conn.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	waitFor(t, conn, half)
	close(first)
	if rest, err := io.ReadAll(conn); err != nil || len(rest) > 0 {
		t.Errorf("after the cut came %q, %v", rest, err)
	}
	if got := b.errorType(); got != connectionCut {
		t.Errorf("the log says %q", got)
	}
}

// In the body each byte starts the read timeout anew: three of them pass here.
func TestHonestBearsADrippingBody(t *testing.T) {
	t.Parallel()
	x := bed(t, Honest, upstream(t, dripsBody).addr).expect(200, harness.Answered, "")
	if x.Ended < 2*soon {
		t.Errorf("it took only %v", x.Ended)
	}
}

// In the header none does.
func TestHonestBearsNoDrippingHeader(t *testing.T) {
	t.Parallel()
	x := bed(t, Honest, upstream(t, dripsHeader).addr).expect(504, harness.Answered, readTimeout)
	if x.Ended < soon {
		t.Errorf("it gave up after %v", x.Ended)
	}
}

func dripsHeader(c net.Conn) {
	drip(c, ok)
	io.WriteString(c, strings.TrimPrefix(healthy, ok))
}

func dripsBody(c net.Conn) {
	io.WriteString(c, ok+"Content-Length: "+pageLength+"\r\n\r\n")
	drip(c, script.Page[:17])
	io.WriteString(c, script.Page[17:])
}

// drip writes 17 bytes in twice soon, with short pauses.
func drip(c net.Conn, text string) {
	for i := range text {
		io.WriteString(c, text[i:i+1])
		time.Sleep(soon / 8) // the pause is what is tried
	}
}

// What comes before a stall reaches the client before the proxy gives up.
func TestHonestRelaysAsItComes(t *testing.T) {
	t.Parallel()
	for _, start := range []string{
		ok + "Content-Length: 1000\r\n\r\n", ok + "\r\n", ok + "Transfer-Encoding: chunked\r\n\r\n400\r\n",
	} {
		u := upstream(t, holds(start+script.Page))
		b := bed(t, Honest, u.addr, func(c *config) { c.Timeouts.Read = duration(time.Hour) })
		conn := b.dial()
		conn.Write(visit)
		waitFor(t, conn, script.LastLine)
	}
}

// waitFor reads until that text has come.
func waitFor(t *testing.T, conn net.Conn, text string) {
	t.Helper()
	var got []byte
	for buf := make([]byte, 1<<10); !strings.Contains(string(got), text); {
		n, err := conn.Read(buf)
		if got = append(got, buf[:n]...); err != nil {
			t.Fatalf("after %q: %v", got, err)
		}
	}
}

func TestHonestAnswersOldClientsByTheConnectionsEnd(t *testing.T) {
	t.Parallel()
	const request = "GET / HTTP/1.0\r\nHost: app.test\r\n\r\n"
	whole := bed(t, Honest, upstream(t, says(oneChunk+lastChunk)).addr).ask(request)
	if got := harness.OutcomeOf(whole); got != harness.Answered || whole.Response.Get("Transfer-Encoding") != "" {
		t.Errorf("a whole answer came as %s, %q", got, whole.Response.Raw)
	}
	cut := bed(t, Honest, upstream(t, says(halfChunk)).addr).ask(request)
	if got := harness.OutcomeOf(cut); got != harness.Truncated {
		t.Errorf("one that was cut came as %s, %q", got, cut.Response.Raw)
	}
}

func TestHonestSendsOnWhatWasAsked(t *testing.T) {
	t.Parallel()
	u := upstream(t, says(healthy))
	b := bed(t, Honest, u.addr)
	b.ask("POST /pay?id=7 HTTP/1.1\r\nHost: app.test:80\r\nX-Kept: 1\r\nX-Hop: 1\r\nConnection: close, x-hop, content-length\r\nContent-Length: 4\r\n\r\nbody")
	const want = "POST /pay?id=7 HTTP/1.1\r\nHost: app.test:80\r\nX-Kept: 1\r\nContent-Length: 4\r\nVia: 1.1 mutant\r\nConnection: close\r\n\r\n"
	if got := u.asked(); len(got) != 1 || got[0] != want {
		t.Errorf("the upstream was asked %q", got)
	}
}

func TestHonestHeadHasNoBody(t *testing.T) {
	t.Parallel()
	u := upstream(t, holds(ok+"Content-Length: "+pageLength+", "+pageLength+"\r\n\r\n"))
	x := bed(t, Honest, u.addr).ask("HEAD / HTTP/1.1\r\nHost: app.test\r\n\r\n")
	if !x.Response.Whole || x.Response.Get("Content-Length") != pageLength {
		t.Errorf("the client saw %q, %s", x.Response.Raw, x.Response.Problem)
	}
}

func TestHonestAnswersHeadWithoutABody(t *testing.T) {
	t.Parallel()
	x := bed(t, Honest, nobodyThere(t)).ask("HEAD / HTTP/1.1\r\nHost: app.test\r\n\r\n")
	if x.Response.Status != 502 || !strings.HasSuffix(string(x.Response.Raw), "\r\n\r\n") {
		t.Errorf("the client saw %q", x.Response.Raw)
	}
}

func TestHonestPassesOnInterimAnswers(t *testing.T) {
	t.Parallel()
	u := upstream(t, says("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"+healthy))
	x := bed(t, Honest, u.addr).expect(200, harness.Answered, "")
	if !strings.HasPrefix(string(x.Response.Raw), "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200") {
		t.Errorf("the client saw %q", x.Response.Raw)
	}
}

func TestHonestRefusesBadRequests(t *testing.T) {
	t.Parallel()
	b := bed(t, Honest, nobodyThere(t))
	for request, status := range map[string]int{
		"GET /\r\n\r\n": 400, "GET / HTTP/1.1\r\nHost: a\x00\r\n\r\n": 400,
		"POST / HTTP/1.1\r\nHost: app.test\r\nTransfer-Encoding: chunked\r\n\r\n": 400,
		"GET / HTTP/1.1\r\nHost: other.test\r\n\r\n":                              500,
		"GET / HTTP/1.1\r\n\r\n":                                                  500,
	} {
		if x := b.ask(request); x.Response.Status != status {
			t.Errorf("%q was answered %q", request, x.Response.Raw)
		}
	}
}

func TestHonestSaysNothingOfClientsThatLeave(t *testing.T) {
	t.Parallel()
	b := bed(t, Honest, nobodyThere(t))
	conn := b.dial()
	io.WriteString(conn, "GET / HT")
	conn.(*net.TCPConn).CloseWrite()
	if rest, _ := io.ReadAll(conn); len(rest) > 0 || len(b.log.Lines()) > 0 {
		t.Errorf("it answered %q and logged %q", rest, b.log.Lines())
	}
}
