//go:build linux

package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/clock"
)

// ask plays one request of a client of the lab.
func (w *world) ask(a agent.Ask) (agent.Exchange, error) { return w.patient(a, func() {}) }

// patient is ask that tells when the request is sent, if it comes to that.
func (w *world) patient(a agent.Ask, sent func()) (x agent.Exchange, err error) {
	return w.asking(w.clock, a, sent)
}

// asking asks with a patience that is counted by that clock.
func (w *world) asking(c clock.Clock, a agent.Ask, sent func()) (x agent.Exchange, err error) {
	if a.Socket == "" && !a.To.Addr().Is4() || a.From.IsValid() && !a.From.Is4() {
		return x, fmt.Errorf("from %v to %v: clients speak IPv4", a.From, a.To)
	}
	say, err := w.saying(a)
	if err != nil {
		return x, err
	}
	if x.Began, x.To = w.clock.Now(), a.To; a.TLS != nil {
		x.Over = "tls"
	}
	if a.HTTP2 {
		x.In = agent.HTTP2
	}
	opening, cancel := within(c, a.Patience)
	defer cancel()
	conn, opened, err := w.open(opening, a)
	if own := new(*ownTrouble); errors.As(err, own) {
		return x, err
	}
	if err != nil {
		x.Ended, x.End, x.Err = w.clock.Now()-x.Began, unopened(err), err.Error()
		return x, nil
	}
	defer conn.Close()
	opened()
	x.Began = w.clock.Now()
	answering, cancel := within(c, a.Patience)
	defer cancel()
	defer context.AfterFunc(answering, func() { conn.SetDeadline(past) })()
	sent()
	say(conn, &x)
	x.Ended = w.clock.Now() - x.Began
	if x.End == agent.EndComplete && !a.HTTP2 {
		x.Response.Extra += rest(conn, w.clock)
	}
	return x, nil
}

// saying is how a client says that request and hears the answer, on a connection on which
// it can.
func (w *world) saying(a agent.Ask) (func(net.Conn, *agent.Exchange), error) {
	switch {
	case a.HTTP2:
		return w.sayingHTTP2(a)
	case a.WebSocket:
		return w.sayingHTTP1(a, agent.AskWebSocket), nil
	}
	return w.sayingHTTP1(a, func(conn io.ReadWriter) (r agent.Response, end agent.End, unsaid error) {
		r, end = agent.ReadResponse(conn, a.Method)
		return r, end, nil
	}), nil
}

func (w *world) sayingHTTP1(a agent.Ask, hear func(io.ReadWriter) (agent.Response, agent.End, error)) func(net.Conn, *agent.Exchange) {
	return func(conn net.Conn, x *agent.Exchange) {
		ear, mouth := &ear{Conn: conn, hear: func() { w.first(x) }}, newMouth(conn, a, w.clock)
		ear.tell = mouth.tell
		go mouth.say()
		w.clock.Sleep(context.Background(), a.Dawdle)
		var unsaid error
		x.Response, x.End, unsaid = hear(ear)
		err := mouth.hush() // it may be answered all the same
		if x.Sent, x.Head = mouth.sent, len(a.Request); mouth.left {
			x.End, x.Response = agent.EndLeft, agent.Response{}
			return
		}
		ear.explain(x, errors.Join(err, unsaid))
	}
}

func (w *world) sayingHTTP2(a agent.Ask) (func(net.Conn, *agent.Exchange), error) {
	if a.Manner != agent.Straight {
		return nil, fmt.Errorf("in HTTP/2 no client is %s", a.Manner)
	}
	a.Request = append(a.Request, a.Body()...)
	q, err := agent.ParseHTTP2Request(a.Request, scheme(a))
	return func(conn net.Conn, x *agent.Exchange) {
		ear := &ear{Conn: conn, hear: func() {}}
		var unsaid error
		x.Response, x.End, unsaid = agent.AskHTTP2(ear, q, a.Method, func() { w.first(x) })
		ear.explain(x, unsaid)
	}, err
}

// first notes when the first byte came.
func (w *world) first(x *agent.Exchange) {
	if x.FirstByte == 0 {
		x.FirstByte = w.clock.Now() - x.Began
	}
}

func scheme(a agent.Ask) string {
	if a.TLS != nil {
		return "https"
	}
	return "http"
}

// ear is a connection as a client listens to it.
type ear struct {
	net.Conn
	hear func() // at each piece that comes
	last error  // what reading ended with
	// tell gets the first bytes, more of them each time, until it has enough; nil wants none.
	tell  func(start string) (enough bool)
	start []byte
}

func (e *ear) Read(p []byte) (n int, err error) {
	n, err = e.Conn.Read(p)
	if n > 0 {
		e.hear()
		e.listen(p[:n])
	}
	e.last = err
	return n, err
}

func (e *ear) listen(p []byte) {
	if e.tell == nil {
		return
	}
	if e.start = append(e.start, p...); e.tell(string(e.start)) {
		e.tell, e.start = nil, nil
	}
}

// explain says why a request could not be said, or why it was not heard: in TLS 1.3 a
// gateway refuses a client's certificate when the client has said its request already.
func (e *ear) explain(x *agent.Exchange, unsaid error) {
	switch {
	case isAlert(e.last):
		x.Err = e.last.Error()
		if x.Response.Bytes == 0 {
			x.End = agent.EndRefused
		}
	case unsaid != nil:
		x.Err = reason(unsaid)
	}
}

// reach asks a host from the far side until it is healthy.
func (w *world) reach(ctx context.Context, r agent.Reach) error {
	ctx, cancel := context.WithTimeout(ctx, r.For)
	defer cancel()
	var last error
	err := until(ctx, func() (bool, error) {
		last = w.healthy(r.To)
		return last == nil, nil
	})
	if err != nil {
		return fmt.Errorf("%v is not healthy after %v: %w", r.To, r.For, last)
	}
	return nil
}

// healthy asks for a second of the machine's time.
func (w *world) healthy(at netip.AddrPort) error {
	x, err := w.asking(clock.Real(), agent.Ask{
		To: at, Method: "GET", Patience: time.Second,
		Request: []byte("GET / HTTP/1.1\r\nHost: reach.test\r\nConnection: close\r\n\r\n"),
	}, func() {})
	switch {
	case err != nil:
		return err
	case x.Err != "":
		return errors.New(x.Err)
	case x.Response.Status != 200 || !x.Response.Whole:
		return fmt.Errorf("it answers %d, ended by %s", x.Response.Status, x.End)
	}
	return nil
}

// look gathers what there is to see.
func (w *world) look(l agent.Look) (v agent.View, err error) {
	for _, i := range l.Hosts {
		if i == agent.Elsewhere { // it has events, and no host
			continue
		}
		if i < 0 || i >= len(w.hosts) {
			return v, fmt.Errorf("no host %d", i)
		}
		hv, err := w.hosts[i].view()
		if err != nil {
			return v, err
		}
		v.Hosts = append(v.Hosts, hv)
	}
	if v.Rules, err = w.firewall.counts(l.Bay); err != nil {
		return v, err
	}
	if v.NoRoutes, err = w.routes.missed(); err != nil {
		return v, err
	}
	var names []string
	for _, name := range l.Names {
		names = append(names, canonical(name))
	}
	v.Events = w.history.since(l.Since, func(e agent.Event) bool {
		return slices.Contains(l.Hosts, e.Host) || e.Host == agent.Nameserver && (l.All || slices.Contains(names, e.Name))
	})
	v.At, v.Late, v.Starved = w.clock.Now(), w.noise.worst(l.Since), w.starved()
	return v, nil
}
