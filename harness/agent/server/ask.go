//go:build linux

package server

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

// ask plays one request of a client of the lab.
func (w *world) ask(a agent.Ask) (agent.Exchange, error) {
	if !a.To.Addr().Is4() || a.From.IsValid() && !a.From.Is4() {
		return agent.Exchange{}, fmt.Errorf("from %v to %v: clients speak IPv4", a.From, a.To)
	}
	deadline := time.Now().Add(a.Patience)
	x := agent.Exchange{Began: w.clock.Now()}
	conn, err := w.far.dial(context.Background(), a.From, a.To, deadline)
	if own := new(*ownTrouble); errors.As(err, own) {
		return x, err
	}
	if err != nil {
		x.Ended, x.End, x.Err = w.clock.Now()-x.Began, agent.EndRefused, reason(err)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			x.End = agent.EndPatience
		}
		return x, nil
	}
	defer conn.Close()
	if err := conn.SetDeadline(deadline); err != nil {
		return x, err
	}
	x.Began = w.clock.Now()
	if _, err := conn.Write(a.Request); err != nil {
		x.Err = reason(err) // it may have answered all the same
	}
	first := &firstByte{Reader: conn, world: w}
	x.Response, x.End = agent.ReadResponse(first, a.Method)
	x.Ended = w.clock.Now() - x.Began
	if first.at > 0 {
		x.FirstByte = first.at - x.Began
	}
	return x, nil
}

// firstByte notes when the first byte came.
type firstByte struct {
	Reader interface{ Read([]byte) (int, error) }
	world  *world
	at     time.Duration
}

func (f *firstByte) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if n > 0 && f.at == 0 {
		f.at = f.world.clock.Now()
	}
	return n, err
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

func (w *world) healthy(at netip.AddrPort) error {
	x, err := w.ask(agent.Ask{
		To: at, Method: "GET", Patience: time.Second,
		Request: []byte("GET / HTTP/1.1\r\nHost: reach.test\r\nConnection: close\r\n\r\n"),
	})
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
	name := canonical(l.Name)
	v.Events = w.history.since(l.Since, func(e agent.Event) bool {
		return slices.Contains(l.Hosts, e.Host) || e.Host == -1 && e.Name == name
	})
	v.At, v.Late = w.clock.Now(), w.noise.worst(l.Since)
	return v, nil
}
