//go:build linux

package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// A stream is a connection whose two directions end one by one: TCP, a unix stream
// socket, or TLS on one of them.
type stream interface {
	net.Conn
	CloseWrite() error
}

// playing is a script on one connection.
type playing struct {
	*upstream
	raw      stream        // as it was accepted
	conn     stream        // raw, or TLS on it
	in       *bufio.Reader // reads conn
	settled  bool          // whether conn has to be TLS is known
	refused  bool          // the handshake, by us
	protocol protocol      // nil until a request is to be read
	number   int
	peer     netip.Addr     // not valid on a unix socket
	to       netip.AddrPort // where the gateway wanted to go, and by what name, where that is not known
	name     string
}

func (u *upstream) play(ctx context.Context, c stream, number int) {
	p := &playing{upstream: u, raw: c, conn: c, in: bufio.NewReader(c), number: number + 1}
	if from, ok := c.RemoteAddr().(*net.TCPAddr); ok {
		p.peer = from.AddrPort().Addr().Unmap()
	}
	if u.wanted != nil {
		p.to, p.name = u.wanted(c)
	}
	defer func() {
		p.partGently()
		p.conn.Close()
		u.exit(c)
	}()
	p.told(agent.Event{Kind: agent.Accepted})
	clause := u.script.Clause(number)
	if clause == nil {
		return
	}
	for i, step := range clause.Steps {
		p.told(agent.Event{Kind: agent.Began, Step: i, Verb: string(step.Verb)})
		if err := p.step(ctx, step); err != nil {
			if ctx.Err() == nil {
				p.told(agent.Event{Kind: blamed(err), Step: i, Text: reason(err)})
			}
			return
		}
	}
}

func (p *playing) told(e agent.Event) {
	e.Conn, e.Peer, e.To, e.Name = p.number, p.peer, p.to, p.name
	p.tell(e)
}

// blamed is what a step's error tells: that the peer is to blame, or that nobody is.
func blamed(err error) agent.Kind {
	if own := new(*ownTrouble); errors.As(err, own) {
		return agent.Trouble
	}
	return agent.Gone
}

// reason is the errno of a network error, without the addresses around it.
func reason(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	return err.Error()
}

func (p *playing) step(ctx context.Context, s script.Step) error {
	switch s.Verb {
	case script.ReadRequest:
		_, err := p.readRequest()
		return err
	case script.Hear:
		return p.hear()
	case script.ReadHello:
		return p.readHello()
	case script.Handshake:
		return p.settle()
	case script.ReadHead:
		return p.readHead()
	case script.Write:
		return p.write(s)
	case script.Drip:
		return p.drip(ctx, s)
	case script.Wait:
		return p.clock.Sleep(ctx, s.Every)
	case script.Work:
		return p.work(ctx, s.Every)
	case script.Serve:
		return p.serve()
	case script.Hold:
		return p.drain()
	case script.Close:
		return p.close()
	case script.Reset:
		return p.reset()
	case script.Die, script.ExhaustMemory:
		return p.end(s.Verb)
	}
	return fmt.Errorf("no step is called %q", s.Verb)
}

// close ends our direction, over TLS as RFC 8446 section 6.1 wants it, with an alert
// before the FIN.
func (p *playing) close() error {
	if p.conn != p.raw {
		if err := p.conn.CloseWrite(); err != nil {
			return err
		}
	}
	if err := p.raw.CloseWrite(); err != nil {
		return err
	}
	return p.drain() // or the kernel would send RST for what is unread
}

// reset ends the connection by an RST. A unix socket has none: its peer gets ECONNRESET
// where it had sent what was not read, and a plain end where not.
func (p *playing) reset() error {
	if c, ok := p.raw.(interface{ SetLinger(int) error }); ok {
		if err := c.SetLinger(0); err != nil {
			return err
		}
	}
	return p.raw.Close()
}

// drain reads until the peer ends the connection. What is read is nothing to anybody, so
// it is not deciphered.
func (p *playing) drain() error {
	_, err := io.Copy(io.Discard, p.raw)
	if err == nil {
		p.told(agent.Event{Kind: agent.Gone, Text: "closed"})
	}
	return err
}

// hear takes in what has come, once something has. Who does not understand it answers so.
func (p *playing) hear() error {
	if err := p.settle(); err != nil {
		return err
	}
	if _, err := p.in.Peek(1); err != nil {
		return err
	}
	_, err := p.in.Discard(p.in.Buffered())
	return err
}

func (p *playing) write(s script.Step) error {
	if err := p.settleToWrite(); err != nil {
		return err
	}
	n, err := io.WriteString(p.conn, strings.Repeat(s.Text, max(s.Times, 1)))
	if err != nil {
		return err
	}
	p.told(agent.Event{Kind: agent.Sent, N: n})
	return nil
}

func (p *playing) drip(ctx context.Context, s script.Step) error {
	if err := p.settleToWrite(); err != nil {
		return err
	}
	for i := range len(s.Text) {
		if i > 0 {
			if err := p.clock.Sleep(ctx, s.Every); err != nil {
				return err
			}
		}
		if _, err := p.conn.Write([]byte{s.Text[i]}); err != nil {
			return err
		}
	}
	p.told(agent.Event{Kind: agent.Sent, N: len(s.Text)})
	return nil
}

// end ends the process that this is, in the way of the verb.
func (p *playing) end(v script.Verb) error {
	if !p.mortal {
		return fmt.Errorf("%q needs an upstream that is a process of its own", v)
	}
	if v == script.Die {
		return syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
	}
	return exhaustMemory()
}

// exhaustMemory takes ever more pages until the kernel ends it. The kernel fills them in
// (mmap(2), MAP_POPULATE): one fault a page, on a slow machine, would outlast a timeout.
func exhaustMemory() error {
	const block, most = 4 << 20, 4 << 30
	for range most / block {
		if _, err := unix.Mmap(-1, 0, block, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS|unix.MAP_POPULATE); err != nil {
			return fmt.Errorf("taking memory: %w", err)
		}
	}
	return fmt.Errorf("%d blocks of 4 MiB and still alive: the lab has no memory limit", most/block)
}
