package server

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

// upload is the head of a request whose body the client makes up.
const upload = "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1000000\r\n\r\n"

// manners asks in each manner of a gateway that plays, and returns what both sides saw: the
// exchange, and the bytes of the body that came to the gateway.
func (l asking) manners(a agent.Ask, play func(net.Conn, *bufio.Reader)) (agent.Exchange, int64) {
	l.t.Helper()
	came := make(chan int64, 1)
	a.To = l.gateway("198.19.255.254:0", func(c net.Conn) {
		in := bufio.NewReader(c)
		req, err := http.ReadRequest(in)
		if err != nil {
			l.t.Errorf("the gateway read %v", err)
			came <- -1
			return
		}
		play(c, in)
		n, _ := io.Copy(io.Discard, req.Body)
		came <- n
	})
	if a.Patience == 0 {
		a.Patience = patience
	}
	a.Method, a.Request, a.Fill = "POST", []byte(upload), 1000000
	x, err := l.Ask(l.t.Context(), a)
	if err != nil {
		l.t.Fatal(err)
	}
	return x, <-came
}

const fine = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

func says(text string) func(net.Conn, *bufio.Reader) {
	return func(c net.Conn, _ *bufio.Reader) { io.WriteString(c, text) }
}

func TestAClientWaitsForLeaveToSendItsBody(t *testing.T) {
	l := newAsking(t)
	x, came := l.manners(agent.Ask{Manner: agent.Awaited}, func(c net.Conn, in *bufio.Reader) {
		if in.Buffered() > 0 {
			t.Error("the body came unasked")
		}
		io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
		if _, err := in.Peek(1); err != nil { // it comes now
			t.Error(err)
		}
		go io.WriteString(c, fine)
	})
	if x.Response.Status != 200 || len(x.Response.Interim) != 1 || x.Sent == x.Head || came == 0 {
		t.Errorf("with leave the client saw %d after %v and sent %d bytes, of which %d came", x.Response.Status, x.Response.Interim, x.Sent-x.Head, came)
	}
	x, came = l.manners(agent.Ask{Manner: agent.Awaited}, func(c net.Conn, _ *bufio.Reader) {
		io.WriteString(c, "HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n")
	})
	if x.Response.Status != 417 || x.Response.Interim != nil || x.Sent != x.Head || came != 0 {
		t.Errorf("without leave the client saw %d after %v and sent %d bytes, of which %d came", x.Response.Status, x.Response.Interim, x.Sent-x.Head, came)
	}
}

// Who waits and gets nothing sends nothing.
func TestAClientWaitsInVain(t *testing.T) {
	l := newAsking(t)
	x, came := l.manners(agent.Ask{Manner: agent.Awaited, Patience: silence}, says(""))
	if x.End != agent.EndPatience || x.Sent != x.Head || came != 0 {
		t.Errorf("the client saw %+v, and %d bytes came", x, came)
	}
}

func TestAClientStopsOrLeavesHalfWay(t *testing.T) {
	l := newAsking(t)
	for manner, end := range map[agent.Manner]agent.End{agent.Halved: agent.EndPatience, agent.Abandoned: agent.EndLeft} {
		x, came := l.manners(agent.Ask{Manner: manner, Patience: silence}, says(""))
		if x.End != end || x.Sent-x.Head != 500000 || came != 500000 || x.Response.Bytes > 0 {
			t.Errorf("%s: the client saw %+v, and %d bytes came", manner, x, came)
		}
	}
}

// A gateway may answer in the middle of the body and read no more: the client hears it.
func TestAClientListensWhileItSends(t *testing.T) {
	l := newAsking(t)
	hold := make(chan struct{})
	l.t.Cleanup(func() { close(hold) })
	a := agent.Ask{Method: "POST", Request: []byte(upload), Fill: agent.MaxFill, Patience: patience}
	a.To = l.gateway("198.19.255.254:0", func(c net.Conn) {
		io.ReadFull(c, make([]byte, len(upload)))
		io.WriteString(c, fine)
		<-hold
	})
	x, err := l.Ask(t.Context(), a)
	if err != nil || x.Response.Status != 200 || !x.Response.Whole || x.Err != "" || x.Sent >= len(upload)+agent.MaxFill {
		t.Errorf("the client saw %+v, %v", x, err)
	}
}

// What follows an answer is counted, and waited for no longer than it takes to come.
func TestAClientCountsWhatFollowsAnAnswer(t *testing.T) {
	l := newAsking(t)
	for _, pause := range []bool{false, true} {
		x := l.ask(agent.Ask{To: l.gateway("198.19.255.254:0", func(c net.Conn) {
			io.ReadFull(c, make([]byte, len(request)))
			io.WriteString(c, fine)
			if pause {
				time.Sleep(surplus / 5) // it comes for itself
			}
			io.WriteString(c, "HTTP/1.1")
		})})
		if x.Response.Extra != len("HTTP/1.1") || !x.Response.Whole || x.Ended > surplus {
			t.Errorf("the client saw %+v", x)
		}
	}
}

func TestAHeadIsReadWithoutItsBody(t *testing.T) {
	l := newLab(t, 1)
	l.set(agent.Host{Index: 0, Script: `read-head; write "HTTP/1.1 413 No\r\n\r\n"; close`})
	c := l.dial()
	io.WriteString(c, strings.TrimSuffix(upload, "\r\n"))
	io.WriteString(c, "\r\n")
	if got, end := hear(c); got != "HTTP/1.1 413 No\r\n\r\n" || end != "fin" {
		t.Errorf("it answered %q, %s", got, end)
	}
	if v := l.look(); !event(v, agent.Request, "") {
		t.Errorf("nothing tells of the request: %+v", v.Events)
	}
}

func TestNoMannersInHTTP2(t *testing.T) {
	l := newAsking(t)
	a := agent.Ask{HTTP2: true, Manner: agent.Halved, Method: "GET", Request: []byte(request), To: front, Patience: silence}
	if _, err := l.Ask(t.Context(), a); err == nil || !strings.Contains(err.Error(), "halved") {
		t.Errorf("it says %v", err)
	}
}
