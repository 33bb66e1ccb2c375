package server

import (
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/clock"
	"github.com/badgateway/badgateway/harness/script"
)

func TestWhatAPeerSeesOfEachVerb(t *testing.T) {
	l := newLab(t, 1)
	page := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", len(script.Page), script.Page)
	for _, c := range []struct{ script, got, end string }{
		{`close`, "", "fin"},
		{`read-request; close`, "", "fin"},
		{`read-request; reset`, "", "reset"},
		{`reset`, "", "reset"},
		{`hear; write "what?"; close`, "what?", "fin"},
		{`read-request; write "abc"; close`, "abc", "fin"},
		{`read-request; write "abc" x 3; close`, "abcabcabc", "fin"},
		{`read-request; write "a\x00\r\n"; reset`, "", "reset"}, // what was not read yet goes with the reset
		{`read-request; drip "abcd" every 1ms; close`, "abcd", "fin"},
		{`read-request; wait 1ms; write "late"; close`, "late", "fin"},
		// A pause of a day shows the order of things without a look at the clock.
		{`read-request; drip "ab" every 24h; close`, "a", "silence"},
		{`read-request; wait 24h; write "a"`, "", "silence"},
		{`read-request; write "a"; hold`, "a", "silence"},
		{`hold`, "", "silence"},
		{`serve`, page, "silence"}, // it is kept alive
		{`read-request; write "end"`, "end", "fin"},
		{`read-request; die`, "", "fin"},                 // without a process of its own nobody dies
		{`read-request; work 1ms; write "a"`, "", "fin"}, // or works
	} {
		t.Run(c.script, func(t *testing.T) {
			l.t = t
			l.set(agent.Host{Script: c.script})
			listen := hear
			if c.end == "silence" {
				listen = hearSoon
			}
			got, end := l.talk(listen)
			if end == "reset" {
				got = "" // how much is lost is the kernel's affair
			}
			if got != c.got || end != c.end {
				t.Errorf("the peer saw %q, then %s; want %q, then %s", got, end, c.got, c.end)
			}
		})
	}
}

func TestServeKeepsAConnectionAndAnswersEachMethod(t *testing.T) {
	l := newLab(t, 1)
	l.set(agent.Host{Script: "serve"})
	c := l.dial()
	for _, ask := range []struct {
		request, method string
		body            int
	}{
		{"GET /a HTTP/1.1\r\nHost: a\r\n\r\n", "GET", len(script.Page)},
		{"HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD", 0},
		{"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "POST", len(script.Page)},
	} {
		io.WriteString(c, ask.request)
		r, end := agent.ReadResponse(c, ask.method)
		if r.Status != 200 || end != agent.EndComplete || r.Body != ask.body {
			t.Fatalf("%s: %d, %s, a body of %d; want 200, complete, %d", ask.method, r.Status, end, r.Body, ask.body)
		}
	}
	io.WriteString(c, "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	if got, end := hear(c); end != "fin" || !strings.Contains(got, "Connection: close\r\n") || !strings.HasSuffix(got, script.LastLine) {
		t.Errorf("the last answer was %q, then %s", got, end)
	}
	var read []string
	for _, e := range l.look().Events {
		if e.Kind == agent.Request {
			read = append(read, fmt.Sprint(e.Conn, " ", e.Text, " ", e.N))
		}
	}
	want := "1 GET /a 0, 1 HEAD /a 0, 1 POST /a 5, 1 GET /last 0"
	if got := strings.Join(read, ", "); got != want {
		t.Errorf("the history tells of %q, want %q", got, want)
	}
}

func TestAHoldEndsWithItsPeer(t *testing.T) {
	l := newLab(t, 1)
	l.set(agent.Host{Script: "read-request; hold"})
	c := l.say()
	l.until("the hold began", func(v agent.View) bool { return event(v, agent.Began, "hold") })
	c.CloseWrite()
	if got, end := hear(c); got != "" || end != "fin" {
		t.Errorf("the peer saw %q, then %s", got, end)
	}
	l.until("the history tells of it", func(v agent.View) bool { return event(v, agent.Gone, "") })
}

func TestEachConnectionPlaysTheClauseOfItsNumber(t *testing.T) {
	l := newLab(t, 1)
	for _, c := range []struct {
		script string
		ends   []string
	}{
		{`1 x reset, then serve`, []string{"reset", "served", "served"}},
		{`2 x read-request; close, then 1 x reset`, []string{"fin", "fin", "reset", "fin"}}, // nothing is left to play
	} {
		for round := range 2 { // an order begins the counts anew
			l.set(agent.Host{Script: c.script})
			for i, want := range c.ends {
				got := ""
				if want == "served" {
					if saw, ok := l.served(); !ok {
						got = saw
					} else {
						got = want
					}
				} else {
					_, got = l.talk(hear)
				}
				// A connection that nobody plays is closed with the request unread: FIN or RST.
				if last := i == 3; got != want && (!last || got != "reset") {
					t.Errorf("%s, round %d: connection %d saw %s, want %s", c.script, round, i, got, want)
				}
			}
		}
	}
}

// Once an order has returned nothing plays what was there before it: no old connection,
// and no new one.
func TestAnOrderIsInForceWhenItReturns(t *testing.T) {
	l := newLab(t, 1)
	for i := range 40 {
		mark := string(rune('a' + i%26))
		l.set(agent.Host{Script: fmt.Sprintf("write %q; hold", mark)})
		old := make([]interface {
			io.ReadWriter
			CloseWrite() error
		}, 3)
		for j := range old {
			c := l.dial()
			var b [1]byte
			if _, err := io.ReadFull(c, b[:]); err != nil || string(b[:]) != mark {
				t.Fatalf("round %d: a new connection plays %q (%v), want %q", i, b, err, mark)
			}
			old[j] = c
		}
		before := l.look()
		l.set(agent.Host{Script: "hold"})
		if held := l.look(); held.Hosts[0].Queue != 0 {
			t.Fatalf("round %d: %d connections in the queue of a new listener", i, held.Hosts[0].Queue)
		}
		for j, c := range old {
			var b [8]byte
			if n, err := c.Read(b[:]); n != 0 || err == nil || strings.Contains(err.Error(), "timeout") {
				t.Fatalf("round %d: old connection %d is still played: %d bytes, %v", i, j, n, err)
			}
		}
		for _, e := range l.look().Events {
			if e.At > before.At && e.Verb == "write" {
				t.Fatalf("round %d: the old script was played after the order: %+v", i, e)
			}
		}
	}
}

// An order waits for connections that are just being accepted, too.
func TestAnOrderIsInForceUnderLoad(t *testing.T) {
	l := newLab(t, 1)
	l.set(agent.Host{Script: `write "0"; close`})
	done, load := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(load)
		for {
			select {
			case <-done:
				return
			default:
				if c, err := l.near.dial(waits(t, patience), agent.NearAddr(0), host0); err == nil {
					c.Close()
				}
			}
		}
	}()
	defer func() { close(done); <-load }()
	for i := range 100 {
		mark := fmt.Sprint(i % 10)
		l.set(agent.Host{Script: fmt.Sprintf("write %q; close", mark)})
		if got, end := hear(l.dial()); got != mark || end != "fin" {
			t.Fatalf("order %d: a connection after it saw %q, then %s; want %q", i, got, end, mark)
		}
	}
}

// A close is heard at once, and what the peer still sends is taken: a reset would undo
// what it has not read yet.
func TestACloseIsNoReset(t *testing.T) {
	l := newLab(t, 1)
	l.set(agent.Host{Script: `write "answer"; close`})
	c := l.dial()
	if got, end := hear(c); got != "answer" || end != "fin" {
		t.Fatalf("the peer saw %q, then %s", got, end)
	}
	for range 20 {
		if _, err := io.WriteString(c, request); err != nil {
			t.Fatalf("sending after the end: %v", err)
		}
	}
	c.CloseWrite()
	l.until("the upstream has read to the end", func(v agent.View) bool { return event(v, agent.Gone, "") })
	if v := l.host(); v.Resets != 0 {
		t.Errorf("a reset was sent: %+v", v)
	}
}

// stop waits for whatever still plays: here for one that is just telling something.
func TestStopWaitsForTheLastStep(t *testing.T) {
	loopback, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	telling, release := make(chan bool, 1), make(chan bool)
	u := &upstream{
		script: script.MustParse("hold"), clock: clock.Real(), listener: loopback,
		tell: func(e agent.Event) {
			if e.Kind == agent.Began {
				telling <- true
				<-release
			}
		},
	}
	u.start(0)
	c, err := net.Dial("tcp4", loopback.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	<-telling
	stopped := make(chan bool)
	go func() { u.stop(); close(stopped) }()
	select {
	case <-stopped:
		t.Error("it stopped while something played")
	case <-time.After(silence):
	}
	close(release)
	<-stopped
}
