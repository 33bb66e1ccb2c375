//go:build linux

package server

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"

	"github.com/vishvananda/netlink"

	"github.com/badgateway/badgateway/harness/agent"
)

// link is what joins the gateway to one host, in the condition that its last order stated.
type link struct {
	world *world
	host  int
	wired bool  // it can delay
	wire  *wire // what does that, nil where it is the kernel

	mu     sync.Mutex
	wanted agent.Link
}

// lay joins a host to the gateway.
func (w *world) lay(host int, wired bool, far, near []netip.Prefix) (err error) {
	l := &link{world: w, host: host, wired: wired, wanted: agent.Link{Host: host}}
	w.links = append(w.links, l)
	if !wired {
		return w.pair(hostLink(host), far, near)
	}
	l.wire, err = w.wired(hostLink(host), far, near)
	return err
}

func (l *link) close() {
	if l.wire != nil {
		l.wire.close()
	}
}

func (w *world) setLink(ctx context.Context, l agent.Link) error {
	if l.Host < 0 || l.Host >= len(w.links) {
		return fmt.Errorf("no host %d", l.Host)
	}
	if l.Delay < 0 || l.Jitter < 0 || l.Delay+l.Jitter > agent.LatestFrame {
		return fmt.Errorf("a delay of %v and up to %v more", l.Delay, l.Jitter)
	}
	if isLate(l) && !w.links[l.Host].wired {
		return fmt.Errorf("the link of host %d cannot delay: the world was not built so", l.Host)
	}
	return w.links[l.Host].set(ctx, l)
}

func (l *link) set(ctx context.Context, wanted agent.Link) error {
	ctx, cancel := context.WithTimeoutCause(ctx, inForceWithin, fmt.Errorf("the link is not as ordered after %v", inForceWithin))
	defer cancel()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wanted = wanted
	near, far, err := l.ends()
	if err != nil {
		return err
	}
	if l.wire != nil {
		if err := l.wire.set(ctx, wanted); err != nil {
			return err
		}
	}
	kernel := l.wire == nil
	if err := l.world.far.requeue(far, farQueues(far.Attrs().Index, wanted, kernel)); err != nil {
		return fmt.Errorf("the host's queue: %w", err)
	}
	if err := l.world.near.requeue(near, nearQueues(near.Attrs().Index, wanted, kernel)); err != nil {
		return fmt.Errorf("the gateway's queue: %w", err)
	}
	if wanted.Down {
		return l.take(ctx, l.world.far.links.LinkSetDown(far), false)
	}
	if err := l.take(ctx, l.world.far.links.LinkSetUp(far), true); err != nil {
		return err
	}
	return l.forget()
}

// take waits until the gateway's end has felt that the host's was taken up or down. The
// ends of a veth pair feel each other; those of a wire are told.
func (l *link) take(ctx context.Context, err error, up bool) error {
	if err == nil && l.wire != nil {
		err = setCarrier(l.wire.near, up)
	}
	if err != nil {
		return err
	}
	return until(ctx, func() (bool, error) {
		near, _, err := l.ends()
		return err == nil && carries(near) == up, err
	})
}

// carries says whether frames can leave by that end. The state of one that never lost its
// carrier is unknown.
func carries(end netlink.Link) bool {
	s := end.Attrs().OperState
	return s == netlink.OperUp || s == netlink.OperUnknown
}

func (l *link) ends() (near, far netlink.Link, err error) {
	near, err = l.world.near.links.LinkByName(hostLink(l.host))
	if err != nil {
		return nil, nil, err
	}
	far, err = l.world.far.links.LinkByName(hostLink(l.host))
	return near, far, err
}

// forget deletes what both kernels learned while nobody could answer. It would outlive
// its truth.
func (l *link) forget() error {
	known, err := l.world.neighbours(hostLink(l.host))
	if err != nil {
		return err
	}
	var errs []error
	for addr, state := range known {
		if state == "failed" || state == "incomplete" {
			errs = append(errs, l.world.forget(hostLink(l.host), netip.MustParseAddr(addr)))
		}
	}
	return errors.Join(errs...)
}

// view is the condition of the link as the kernels show it, where one was ordered.
func (l *link) view() (v agent.LinkView, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.wanted == (agent.Link{Host: l.host}) {
		return v, nil
	}
	near, far, err := l.ends()
	if err != nil {
		return v, err
	}
	v.State = near.Attrs().OperState.String()
	if l.wire != nil {
		v.Delayed = l.wire.delayed()
	}
	if l.wanted.Rate == 0 && !isLate(l.wanted) {
		return v, nil
	}
	return v, errors.Join(l.world.near.queueView(near, &v), l.world.far.queueView(far, &v))
}
