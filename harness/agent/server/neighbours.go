//go:build linux

package server

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// acquaint lets each end of a link know for good where those addresses of the other are.
// What is known like that needs no ARP, and takes no room in the table of those who were
// learned: that is one for all namespaces of a machine, of 1024 entries as a rule (arp(7),
// gc_thresh3), and a crowd of labs would fill it. The hosts' own addresses are learned, as
// they are in the world: who is not there is looked for in vain.
func (w *world) acquaint(name string, far, near []netip.Prefix) error {
	farEnd, err := w.far.links.LinkByName(name)
	if err != nil {
		return err
	}
	nearEnd, err := w.near.links.LinkByName(name)
	if err != nil {
		return err
	}
	return errors.Join(w.near.introduce(nearEnd, farEnd, far), w.far.introduce(farEnd, nearEnd, near))
}

// introduce tells one end of a link who is at the other.
func (s *space) introduce(end, other netlink.Link, addrs []netip.Prefix) error {
	for _, a := range addrs {
		err := s.links.NeighSet(&netlink.Neigh{
			LinkIndex: end.Attrs().Index, Family: unix.AF_INET, State: netlink.NUD_PERMANENT,
			IP: a.Addr().AsSlice(), HardwareAddr: other.Attrs().HardwareAddr,
		})
		if err != nil {
			return fmt.Errorf("introducing %v on %s: %w", a.Addr(), end.Attrs().Name, err)
		}
	}
	return nil
}

// neighbours is what the gateway's kernel knows of the addresses on a link.
func (w *world) neighbours(name string) (map[string]string, error) {
	link, err := w.near.links.LinkByName(name)
	if err != nil {
		return nil, err
	}
	list, err := w.near.links.NeighList(link.Attrs().Index, unix.AF_INET)
	if err != nil {
		return nil, err
	}
	known := map[string]string{}
	for _, n := range list {
		known[n.IP.String()] = neighbourState(n.State)
	}
	return known, nil
}

func neighbourState(state int) string {
	for _, s := range []struct {
		bit  int
		name string
	}{
		{netlink.NUD_INCOMPLETE, "incomplete"}, {netlink.NUD_FAILED, "failed"},
		{netlink.NUD_STALE, "stale"}, {netlink.NUD_REACHABLE, "reachable"},
	} {
		if state&s.bit != 0 {
			return s.name
		}
	}
	return fmt.Sprint(state)
}

// forget deletes what the gateway's kernel knows of an address: an entry from before a
// move, or of a time without a host, would outlive its truth.
func (w *world) forget(name string, addr netip.Addr) error {
	link, err := w.near.links.LinkByName(name)
	if err != nil {
		return err
	}
	err = w.near.links.NeighDel(&netlink.Neigh{LinkIndex: link.Attrs().Index, Family: unix.AF_INET, IP: addr.AsSlice()})
	if err != nil && !strings.Contains(err.Error(), unix.ENOENT.Error()) {
		return err
	}
	return nil
}
