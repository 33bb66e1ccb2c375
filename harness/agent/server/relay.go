//go:build linux

package server

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

// relays are the clients' connections on which somebody outside of the lab speaks. What goes
// over them is neither read nor changed.
type relays struct {
	mu   sync.Mutex
	last uint64
	open map[uint64]net.Conn
}

// connectsWithin is how long a gateway may take to accept: its kernel does, as a rule at once.
const connectsWithin = 10 * time.Second

func (w *world) connect(c agent.Connect) (uint64, error) {
	ctx, cancel := within(w.clock, connectsWithin)
	defer cancel()
	conn, stop, err := w.open(ctx, agent.Ask{From: c.From, To: c.To, Socket: c.Socket, Proxy: c.Proxy})
	if err != nil {
		return 0, fmt.Errorf("connecting to the gateway: %w", err)
	}
	stop()
	r := &w.relays
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open == nil {
		r.open = map[uint64]net.Conn{}
	}
	r.last++
	r.open[r.last] = conn
	return r.last, nil
}

func (r *relays) find(id uint64) (net.Conn, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if conn := r.open[id]; conn != nil {
		return conn, nil
	}
	return nil, fmt.Errorf("no connection is relayed as number %d", id)
}

func (r *relays) say(p agent.Piece) error {
	conn, err := r.find(p.Relay)
	if err != nil {
		return err
	}
	if _, err = conn.Write(p.Bytes); err != nil {
		return errors.New(reason(err))
	}
	if half, can := conn.(interface{ CloseWrite() error }); p.End && can {
		return half.CloseWrite()
	}
	return nil
}

// hear waits for what the gateway says next.
func (r *relays) hear(p agent.Piece) (heard agent.Piece, err error) {
	conn, err := r.find(p.Relay)
	if err != nil {
		return heard, err
	}
	heard = agent.Piece{Relay: p.Relay, Bytes: make([]byte, 32<<10)}
	n, err := conn.Read(heard.Bytes)
	heard.Bytes = heard.Bytes[:n]
	heard.End, heard.Reset = errors.Is(err, io.EOF), err != nil && !errors.Is(err, io.EOF)
	return heard, nil
}

func (r *relays) hangup(p agent.Piece) error {
	r.mu.Lock()
	conn := r.open[p.Relay]
	delete(r.open, p.Relay)
	r.mu.Unlock()
	if conn == nil {
		return nil
	}
	return conn.Close()
}
