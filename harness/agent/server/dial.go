//go:build linux

package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/clock"
)

// within is a context that ends when so much time has passed on the lab's clock.
func within(c clock.Clock, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		if c.Sleep(ctx, d) == nil {
			cancel()
		}
	}()
	return ctx, cancel
}

// past is a deadline that is over.
var past = time.Unix(1, 0)

// open brings a client to where it can say its request; when ctx ends its patience is over, until
// stop is called. An error that is no ownTrouble is the gateway's doing.
func (w *world) open(ctx context.Context, a agent.Ask) (conn net.Conn, stop func() bool, err error) {
	if a.TLS != nil && w.authority == nil {
		return nil, nil, &ownTrouble{errors.New("a client that speaks TLS, in a lab without an authority")}
	}
	plain, err := w.dial(ctx, a)
	if err != nil {
		return nil, nil, err
	}
	conn = plain
	stop = context.AfterFunc(ctx, func() { plain.SetDeadline(past) })
	if a.Proxy {
		err = introduceClient(conn, a)
	}
	if err == nil && a.TLS != nil {
		conn, err = w.secure(conn, a)
	}
	if err != nil {
		stop()
		plain.Close()
		return nil, nil, err
	}
	return conn, stop, nil
}

// dial connects, from the side and in the way that the order means.
func (w *world) dial(ctx context.Context, a agent.Ask) (net.Conn, error) {
	if a.Socket != "" {
		return w.dialSocket(ctx, a.Socket)
	}
	from := w.far
	if a.To.Addr().IsLoopback() {
		from = w.near // where the gateway's own loopback is, any address of which is local
	} else if err := w.own(a.From); err != nil {
		return nil, &ownTrouble{fmt.Errorf("being %v: %w", a.From, err)}
	}
	conn, err := from.dial(ctx, a.From, a.To)
	if err != nil {
		return nil, err
	}
	return conn, nil
}

// plan is where the lab's own addresses are (harness/agent/plan.go).
var plan = netip.MustParsePrefix("198.18.0.0/15")

// own lets the far kernel take an address for one of its own, so that a client can be there.
// Those of the plan are somebody's: the gateway's would no longer be found.
func (w *world) own(a netip.Addr) error {
	if _, known := w.owned.Load(a); known || !a.IsValid() || a.IsUnspecified() || plan.Contains(a) {
		return nil
	}
	lo, err := w.far.links.LinkByName("lo")
	if err != nil {
		return err
	}
	err = w.far.links.RouteAdd(&netlink.Route{
		LinkIndex: lo.Attrs().Index, Dst: only(a), Type: unix.RTN_LOCAL, Table: unix.RT_TABLE_LOCAL, Scope: netlink.SCOPE_HOST,
	})
	if err != nil && !errors.Is(err, unix.EEXIST) { // two clients may be the first
		return err
	}
	w.owned.Store(a, true)
	return nil
}

// doing is an error with what it happened in. Its text is short.
type doing struct {
	what string
	error
}

func (d *doing) Error() string {
	switch unopened(d.error) {
	case agent.EndPatience:
		return d.what + ": nothing came in time"
	case agent.EndFIN:
		return d.what + ": the connection was closed"
	}
	return d.what + ": " + reason(d.error)
}

func (d *doing) Unwrap() error { return d.error }

// unopened is the end of an exchange whose client did not come to say its request.
func unopened(err error) agent.End {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return agent.EndPatience
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return agent.EndReset
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return agent.EndFIN
	}
	return agent.EndRefused
}
