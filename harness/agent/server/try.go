//go:build linux

package server

import (
	"errors"
	"fmt"

	"github.com/vishvananda/netlink"

	"github.com/badgateway/badgateway/harness/agent"
)

// try does something where nobody is in the way, and undoes it. The error says why it
// cannot be done.
func (w *world) try(ability string) error {
	w.trying.Lock()
	defer w.trying.Unlock()
	switch ability {
	case agent.AbilityTBF:
		return w.tryQueue(func(index int) netlink.Qdisc { return narrow(index, netlink.HANDLE_ROOT, 1<<30) })
	case agent.AbilityNetem:
		return w.tryQueue(func(index int) netlink.Qdisc { return late(index, agent.Link{}) })
	case agent.AbilityTUN:
		return w.tryTUN()
	}
	return fmt.Errorf("nothing that can be tried is called %q", ability)
}

// tryQueue queues what the far side says to itself, for a moment.
func (w *world) tryQueue(of func(index int) netlink.Qdisc) error {
	lo, err := w.far.links.LinkByName("lo")
	if err != nil {
		return err
	}
	q := of(lo.Attrs().Index)
	if err := w.far.links.QdiscAdd(q); err != nil {
		return fmt.Errorf("a queue of the kind %s: %w", q.Type(), err)
	}
	return w.far.links.QdiscDel(q)
}

func (w *world) tryTUN() error {
	f, err := w.far.tap("try")
	if err != nil {
		return errors.Join(err, w.noNode)
	}
	return errors.Join(setCarrier(f, false), f.Close())
}
