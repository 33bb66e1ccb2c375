// Package agent is the way to a lab's agent: the orders that it takes, the history
// that it keeps, the plan of its addresses, and a client that speaks to it over any
// stream. It is portable and moves no packet itself: harness/agent/server does.
package agent

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"sync"
	"time"
)

// Version is the protocol's. An agent of another one is refused.
const Version = 1

// A Call is one order on the wire, a line of JSON.
type Call struct {
	ID   uint64          `json:"id"`
	Op   string          `json:"op"`
	Args json.RawMessage `json:"args,omitempty"`
}

// A Reply answers the Call of the same ID, a line of JSON. ID 0 is the greeting, or a
// piece of what the gateway wrote.
type Reply struct {
	ID     uint64          `json:"id"`
	Err    string          `json:"err,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Output []byte          `json:"output,omitempty"`
}

// Hello is the result in the greeting.
type Hello struct {
	Version int `json:"version"`
}

// ErrGone is what calls return once the agent has ended or its stream has broken.
var ErrGone = errors.New("the lab's agent is gone")

// Client gives orders to an agent. Its methods may be called side by side.
type Client struct {
	out io.WriteCloser

	mu      sync.Mutex
	next    uint64
	waiting map[uint64]chan Reply
	output  io.Writer // of the gateway's words
	gone    error
	done    chan struct{}
}

// NewClient takes the two directions of a stream on whose other end an agent is, and
// waits for its greeting.
func NewClient(ctx context.Context, in io.Reader, out io.WriteCloser) (*Client, error) {
	c := &Client{out: out, waiting: map[uint64]chan Reply{}, done: make(chan struct{})}
	greeting := make(chan Reply, 1)
	c.waiting[0] = greeting
	go c.read(in)
	select {
	case r := <-greeting:
		var hello Hello
		if err := json.Unmarshal(r.Result, &hello); err != nil || hello.Version != Version {
			return nil, fmt.Errorf("the agent speaks protocol version %d, not %d", hello.Version, Version)
		}
		return c, nil
	case <-c.done:
		return nil, c.gone
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for the agent's greeting: %w", context.Cause(ctx))
	}
}

// Close ends the agent by the end of its input.
func (c *Client) Close() error { return c.out.Close() }

// Done is closed once the agent is gone.
func (c *Client) Done() <-chan struct{} { return c.done }

func (c *Client) read(in io.Reader) {
	lines := bufio.NewReaderSize(in, 64<<10)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			c.end(err)
			return
		}
		var r Reply
		if err := json.Unmarshal(line, &r); err != nil {
			c.end(fmt.Errorf("it said %.80q", line))
			return
		}
		c.mu.Lock()
		ch, output := c.waiting[r.ID], c.output
		delete(c.waiting, r.ID)
		c.mu.Unlock()
		switch {
		case ch != nil:
			ch <- r
		case r.Output != nil && output != nil:
			output.Write(r.Output)
		}
	}
}

func (c *Client) end(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone = ErrGone
	if !errors.Is(err, io.EOF) {
		c.gone = fmt.Errorf("%w: %w", ErrGone, err)
	}
	close(c.done)
}

// answersWithin is how long the agent may take for an order that waits for nothing. It
// takes milliseconds; one that was stopped takes for ever.
const answersWithin = 20 * time.Second

// call gives one order and waits until it is in force.
func (c *Client) call(ctx context.Context, op string, args, result any) error {
	return c.patient(ctx, answersWithin, op, args, result)
}

// patient is call for an order that may take that long.
func (c *Client) patient(ctx context.Context, within time.Duration, op string, args, result any) error {
	ctx, cancel := context.WithTimeoutCause(ctx, within, fmt.Errorf("the lab's agent does not answer within %v", within))
	defer cancel()
	return c.endless(ctx, op, args, result)
}

// endless is call for an order that may take as long as ctx lives.
func (c *Client) endless(ctx context.Context, op string, args, result any) error {
	reply := make(chan Reply, 1)
	id, err := c.send(op, args, reply)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	select {
	case r := <-reply:
		return c.take(op, r, result)
	case <-c.done:
		select {
		case r := <-reply: // it came before the end
			return c.take(op, r, result)
		default:
			return fmt.Errorf("%s: %w", op, c.gone)
		}
	case <-ctx.Done():
		c.mu.Lock()
		delete(c.waiting, id)
		c.mu.Unlock()
		return fmt.Errorf("%s: %w", op, context.Cause(ctx))
	}
}

func (c *Client) take(op string, r Reply, result any) error {
	if r.Err != "" {
		return fmt.Errorf("%s: %s", op, r.Err)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(r.Result, result)
}

func (c *Client) send(op string, args any, reply chan Reply) (uint64, error) {
	raw, err := json.Marshal(args)
	if err != nil {
		return 0, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone != nil {
		return 0, c.gone
	}
	c.next++
	id := c.next
	line, err := json.Marshal(Call{ID: id, Op: op, Args: raw})
	if err != nil {
		return 0, err
	}
	if _, err := c.out.Write(append(line, '\n')); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrGone, err)
	}
	c.waiting[id] = reply
	return id, nil
}

// Build makes the world. It must be the first order and is given once.
func (c *Client) Build(ctx context.Context, b Build) (built Built, err error) {
	err = c.call(ctx, "build", b, &built)
	return built, err
}

// SetHost puts a host into that condition. When it returns, no connection of the
// host still plays what it played before.
func (c *Client) SetHost(ctx context.Context, h Host) error { return c.call(ctx, "host", h, nil) }

// SetName puts a name into that condition.
func (c *Client) SetName(ctx context.Context, n Name) error { return c.call(ctx, "name", n, nil) }

// SetRules replaces a bay's firewall.
func (c *Client) SetRules(ctx context.Context, r Rules) error { return c.call(ctx, "rules", r, nil) }

// Play says that somebody does something, or no longer: a virtual clock stands still unless
// everybody who does waits for an answer, or sleeps.
func (c *Client) Play(ctx context.Context, begins bool) error {
	n := -1
	if begins {
		n = 1
	}
	return c.call(ctx, "play", n, nil)
}

// Sleep waits for so much of the lab's time.
func (c *Client) Sleep(ctx context.Context, d time.Duration) error {
	return c.patient(ctx, d+answersWithin, "sleep", d, nil)
}

// Ask plays a client's request and returns what the client saw. An error is the
// agent's; whatever the gateway does is in the Exchange.
func (c *Client) Ask(ctx context.Context, a Ask) (x Exchange, err error) {
	err = c.patient(ctx, a.Patience+answersWithin, "ask", a, &x)
	return x, err
}

// Reach asks a host directly, without the gateway, until it gives a healthy answer
// or the time is over.
func (c *Client) Reach(ctx context.Context, r Reach) error {
	return c.patient(ctx, r.For+answersWithin, "reach", r, nil)
}

// Listening waits until something on the gateway's side takes connections to that address.
func (c *Client) Listening(ctx context.Context, at netip.AddrPort) error {
	return c.patient(ctx, 2*answersWithin, "listening", at, nil)
}

// Look returns what there is to see.
func (c *Client) Look(ctx context.Context, l Look) (v View, err error) {
	err = c.call(ctx, "look", l, &v)
	return v, err
}

// Signal sends the gateway a signal.
func (c *Client) Signal(ctx context.Context, s Signal) error { return c.call(ctx, "signal", s, nil) }
