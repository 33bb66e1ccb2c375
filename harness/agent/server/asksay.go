//go:build linux

package server

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/clock"
)

// mouth says a request of HTTP/1 while an ear listens: it may be answered before all is said.
type mouth struct {
	conn   net.Conn
	ask    agent.Ask
	clock  clock.Clock
	heard  chan bool     // gets whether the first answer told to go on, once
	enough chan struct{} // closed once the answer is there, or none will come
	sent   int
	left   bool // the client is gone
	err    error
	done   chan struct{}
}

func newMouth(conn net.Conn, a agent.Ask, c clock.Clock) *mouth {
	return &mouth{conn: conn, ask: a, clock: c, heard: make(chan bool, 1), enough: make(chan struct{}), done: make(chan struct{})}
}

// say sends the request in the client's manner.
func (m *mouth) say() {
	defer close(m.done)
	body := m.ask.Body()
	m.send(m.ask.Request)
	switch m.ask.Manner {
	case agent.Awaited:
		select {
		case on := <-m.heard:
			if on {
				m.send(body)
			}
		case <-m.enough:
		}
	case agent.Halved, agent.Abandoned:
		m.send(body[:len(body)/2])
		if m.ask.Manner == agent.Abandoned && m.err == nil {
			m.leave()
		}
	default:
		m.send(body)
	}
}

// noticedWithin is how long a gateway may take to notice that its client has left. It takes a
// millisecond.
const noticedWithin = 2 * time.Second

// leave ends the client's part. What the gateway has still to say nobody hears; that it hangs up
// is waited for, so that it has noticed by the time somebody looks.
func (m *mouth) leave() {
	m.left = true
	if c, ok := m.conn.(interface{ CloseWrite() error }); ok {
		m.err = c.CloseWrite()
	}
	go func() { // that it is over does no harm
		m.clock.Sleep(context.Background(), noticedWithin)
		m.conn.SetReadDeadline(past)
	}()
}

func (m *mouth) send(p []byte) {
	if m.err != nil || len(p) == 0 {
		return
	}
	n, err := m.conn.Write(p)
	m.sent, m.err = m.sent+n, err
}

// hush ends the saying, and returns what went wrong with it. What was left unsaid because the
// answer was there is nobody's trouble.
func (m *mouth) hush() error {
	close(m.enough)
	m.conn.SetWriteDeadline(past)
	<-m.done
	if errors.Is(m.err, os.ErrDeadlineExceeded) {
		return nil
	}
	return m.err
}

// goOn begins an answer that tells the client to send its body.
const goOn = "HTTP/1.1 100"

// tell lets the mouth know what the ear has heard so far, until that suffices.
func (m *mouth) tell(start string) (enough bool) {
	if len(start) < len(goOn) && strings.HasPrefix(goOn, start) {
		return false
	}
	m.heard <- strings.HasPrefix(start, goOn)
	return true
}

// surplus is what a gateway may still say after an answer that was whole. One that was asked
// to close does so at once; what is there by then, or after this long, is all.
const surplus = 250 * time.Millisecond

// rest counts the bytes that come after an answer.
func rest(conn net.Conn, c clock.Clock) (n int) {
	ctx, cancel := within(c, surplus)
	defer cancel()
	defer context.AfterFunc(ctx, func() { conn.SetReadDeadline(past) })()
	for buf := make([]byte, 4<<10); ; {
		got, err := conn.Read(buf)
		if n += got; err != nil {
			return n
		}
	}
}
