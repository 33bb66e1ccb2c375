//go:build linux

package server

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/clock"
	"github.com/badgateway/badgateway/harness/script"
)

// An upstream accepts connections and plays a script on each. It runs in the agent or,
// when it must be able to die, in a child process.
type upstream struct {
	host     int
	script   script.Script
	clock    clock.Clock
	tell     func(agent.Event)
	listener *net.TCPListener
	places   chan struct{} // one a worker, nil for any number
	mortal   bool          // it is a process of its own

	cancel context.CancelFunc
	mu     sync.Mutex
	conns  map[*net.TCPConn]bool
	wg     sync.WaitGroup
}

// start begins to accept.
func (u *upstream) start(workers int) {
	ctx, cancel := context.WithCancel(context.Background())
	u.cancel, u.conns = cancel, map[*net.TCPConn]bool{}
	if workers == agent.NoWorkers {
		return
	}
	if workers > 0 {
		u.places = make(chan struct{}, workers)
	}
	u.wg.Go(func() { u.accept(ctx) })
}

// stop ends everything that plays, and returns when nothing does.
func (u *upstream) stop() {
	u.cancel()
	u.listener.Close()
	u.mu.Lock()
	for c := range u.conns {
		c.Close()
	}
	u.mu.Unlock()
	u.wg.Wait()
}

// breath is the pause after an accept that failed, as servers make it.
const breath = 50 * time.Millisecond

func (u *upstream) accept(ctx context.Context) {
	for n := 0; ; {
		if !u.place(ctx) {
			return
		}
		conn, err := u.listener.AcceptTCP()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			u.leave()
			u.tell(agent.Event{Kind: agent.Trouble, Text: "accept: " + err.Error()})
			u.clock.Sleep(ctx, breath)
			continue
		}
		if !u.enter(ctx, conn) {
			conn.Close()
			return
		}
		number := n
		n++
		u.wg.Go(func() {
			defer u.leave()
			u.play(ctx, conn, number)
		})
	}
}

// place waits for a worker, leave frees it.
func (u *upstream) place(ctx context.Context) bool {
	if u.places == nil {
		return ctx.Err() == nil
	}
	select {
	case u.places <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (u *upstream) leave() {
	if u.places != nil {
		<-u.places
	}
}

func (u *upstream) enter(ctx context.Context, c *net.TCPConn) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.conns[c] = true
	return ctx.Err() == nil
}

func (u *upstream) play(ctx context.Context, c *net.TCPConn, number int) {
	p := &playing{upstream: u, conn: c, in: bufio.NewReader(c), number: number + 1}
	p.peer = c.RemoteAddr().(*net.TCPAddr).AddrPort().Addr().Unmap()
	defer func() {
		c.Close()
		u.mu.Lock()
		delete(u.conns, c)
		u.mu.Unlock()
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
				p.told(agent.Event{Kind: agent.Gone, Step: i, Text: reason(err)})
			}
			return
		}
	}
}

// playing is a script on one connection.
type playing struct {
	*upstream
	conn   *net.TCPConn
	in     *bufio.Reader
	number int
	peer   netip.Addr
}

func (p *playing) told(e agent.Event) {
	e.Conn, e.Peer = p.number, p.peer
	p.tell(e)
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
	case script.Write:
		return p.write(s)
	case script.Drip:
		return p.drip(ctx, s)
	case script.Wait:
		return p.clock.Sleep(ctx, s.Every)
	case script.Serve:
		return p.serve()
	case script.Hold:
		return p.drain()
	case script.Close:
		if err := p.conn.CloseWrite(); err != nil {
			return err
		}
		return p.drain() // or the kernel would send RST for what is unread
	case script.Reset:
		if err := p.conn.SetLinger(0); err != nil {
			return err
		}
		return p.conn.Close()
	case script.Die, script.ExhaustMemory:
		return p.end(s.Verb)
	}
	return fmt.Errorf("no step is called %q", s.Verb)
}

// drain reads until the peer ends the connection.
func (p *playing) drain() error {
	_, err := io.Copy(io.Discard, p.in)
	if err == nil {
		p.told(agent.Event{Kind: agent.Gone, Text: "closed"})
	}
	return err
}

func (p *playing) readRequest() (*http.Request, error) {
	req, err := http.ReadRequest(p.in)
	if err != nil {
		return nil, err
	}
	n, err := io.Copy(io.Discard, req.Body)
	if err != nil {
		return nil, err
	}
	p.told(agent.Event{Kind: agent.Request, Text: req.Method + " " + req.RequestURI, N: int(n)})
	return req, nil
}

func (p *playing) write(s script.Step) error {
	n, err := io.WriteString(p.conn, strings.Repeat(s.Text, max(s.Times, 1)))
	if err != nil {
		return err
	}
	p.told(agent.Event{Kind: agent.Sent, N: n})
	return nil
}

func (p *playing) drip(ctx context.Context, s script.Step) error {
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

// serve is a well-behaved HTTP server on one connection.
func (p *playing) serve() error {
	for {
		req, err := p.readRequest()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		head := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n", len(script.Page))
		if req.Close {
			head += "Connection: close\r\n"
		}
		body := script.Page
		if req.Method == http.MethodHead {
			body = ""
		}
		if _, err := io.WriteString(p.conn, head+"\r\n"+body); err != nil || req.Close {
			return err
		}
	}
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

// exhaustMemory touches ever more pages until the kernel ends it.
func exhaustMemory() error {
	const block, most = 4 << 20, 4 << 30
	var held [][]byte
	for range most / block {
		b := make([]byte, block)
		for i := 0; i < len(b); i += 4096 {
			b[i] = 1
		}
		held = append(held, b)
	}
	return fmt.Errorf("%d blocks of 4 MiB and still alive: the lab has no memory limit", len(held))
}
