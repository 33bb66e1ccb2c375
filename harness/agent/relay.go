package agent

import (
	"context"
	"io"
	"net/netip"
	"sync"
)

// Connect is a client's connection to the gateway on which somebody outside of the lab speaks.
type Connect struct {
	From   netip.Addr     `json:"from"`
	To     netip.AddrPort `json:"to"`
	Socket string         `json:"socket,omitempty"` // as Ask's
	Proxy  bool           `json:"proxy,omitempty"`  // as Ask's
}

// Piece is what is said on such a connection, or heard.
type Piece struct {
	Relay uint64 `json:"relay"`
	Bytes []byte `json:"bytes,omitempty"`
	// End says that nothing more is said in that direction; Reset that both ended at once.
	End   bool `json:"end,omitempty"`
	Reset bool `json:"reset,omitempty"`
}

// Relay is a connection of a client in the lab, by way of its agent. Reads and writes may go on
// side by side.
type Relay struct {
	client *Client
	id     uint64
	rest   []byte
	end    error
	close  sync.Once
}

// Connect opens a connection to the gateway.
func (c *Client) Connect(ctx context.Context, to Connect) (*Relay, error) {
	var id uint64
	if err := c.call(ctx, "connect", to, &id); err != nil {
		return nil, err
	}
	return &Relay{client: c, id: id}, nil
}

// mostPiece is how much goes in one order: the agent reads lines.
const mostPiece = 32 << 10

// Read returns what the gateway says, and io.EOF once it has ended the connection.
func (r *Relay) Read(p []byte) (int, error) {
	if len(r.rest) == 0 && r.end == nil {
		var heard Piece
		err := r.client.endless(context.Background(), "hear", Piece{Relay: r.id}, &heard)
		r.rest = heard.Bytes
		switch {
		case err != nil:
			r.end = err
		case heard.Reset:
			r.end = io.ErrUnexpectedEOF
		case heard.End:
			r.end = io.EOF
		}
	}
	if len(r.rest) == 0 {
		return 0, r.end
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// Write says something to the gateway.
func (r *Relay) Write(p []byte) (n int, err error) {
	for len(p) > 0 {
		piece := p[:min(len(p), mostPiece)]
		// A gateway that does not read lets its client wait.
		if err := r.client.endless(context.Background(), "say", Piece{Relay: r.id, Bytes: piece}, nil); err != nil {
			return n, err
		}
		n, p = n+len(piece), p[len(piece):]
	}
	return n, nil
}

// CloseWrite says that nothing more will be said.
func (r *Relay) CloseWrite() error {
	return r.client.call(context.Background(), "say", Piece{Relay: r.id, End: true}, nil)
}

// Close ends the connection.
func (r *Relay) Close() (err error) {
	r.close.Do(func() { err = r.client.call(context.Background(), "hangup", Piece{Relay: r.id}, nil) })
	return err
}
