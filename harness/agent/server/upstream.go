//go:build linux

package server

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/authority"
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
	listener net.Listener // of TCP, or of unix stream sockets
	// authority signs its certificates. Without one it speaks no TLS.
	authority *authority.Authority
	manner    agent.ServerTLS // in which it speaks TLS
	places    chan struct{}   // one a worker, nil for any number
	mortal    bool            // it is a process of its own
	// called is the name that it is known by to who came that way, "" where that is not known.
	called func(net.Conn) string
	// wanted is where a connection wanted to go, nil where that is known.
	wanted func(net.Conn) (netip.AddrPort, string)

	tls    *tls.Config
	cancel context.CancelFunc
	mu     sync.Mutex
	conns  map[stream]bool
	wg     sync.WaitGroup
}

// start begins to accept.
func (u *upstream) start(workers int) {
	ctx, cancel := context.WithCancel(context.Background())
	u.cancel, u.conns, u.tls = cancel, map[stream]bool{}, u.manners()
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
		conn, err := u.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			u.leave()
			u.tell(agent.Event{Kind: agent.Trouble, Text: "accept: " + err.Error()})
			u.clock.Sleep(ctx, breath)
			continue
		}
		c := conn.(stream) // as all are that such listeners accept
		if !u.enter(ctx, c) {
			c.Close()
			return
		}
		number := n
		n++
		u.wg.Go(func() {
			defer u.leave()
			u.play(ctx, c, number)
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

func (u *upstream) enter(ctx context.Context, c stream) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.conns[c] = true
	return ctx.Err() == nil
}

func (u *upstream) exit(c stream) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.conns, c)
}
