//go:build linux

package server

import (
	"math"
	"time"

	"github.com/vishvananda/netlink"

	"github.com/badgateway/badgateway/harness/agent"
)

// The handles of our queues on a link. netem has one class, in which another can be.
var (
	lateHandle   = netlink.MakeHandle(1, 0)
	lateClass    = netlink.MakeHandle(1, 1)
	narrowHandle = netlink.MakeHandle(2, 0)
)

// narrow is a queue that lets bytes of that rate (a second) pass.
func narrow(index int, parent uint32, rate uint64) netlink.Qdisc {
	const (
		frame = 1514    // the longest frame, which has to fit
		room  = 1 << 20 // of what waits: more than TCP lets a socket have in a queue
	)
	// What may pass at once. Two frames for a slow link; a fast one needs what comes
	// between two of the kernel's timers.
	burst := max(2*frame, uint32(min(rate/100, math.MaxUint32/2)))
	return &netlink.Tbf{
		QdiscAttrs: netlink.QdiscAttrs{LinkIndex: index, Handle: narrowHandle, Parent: parent},
		Rate:       rate, Limit: room + burst, Buffer: netlink.Xmittime(rate, burst),
	}
}

// late is netem. Its jitter goes both ways from its delay, ours from the delay on.
func late(index int, l agent.Link) netlink.Qdisc {
	return netlink.NewNetem(
		netlink.QdiscAttrs{LinkIndex: index, Handle: lateHandle, Parent: netlink.HANDLE_ROOT},
		netlink.NetemQdiscAttrs{
			Latency: microseconds(l.Delay + l.Jitter/2), Jitter: microseconds(l.Jitter / 2), Limit: mostFrames,
		})
}

func microseconds(d time.Duration) uint32 {
	return uint32(min(d.Microseconds(), math.MaxUint32))
}

// farQueues are what the host's end of a link in that condition has, the outer one first.
// kernel says that it is the kernel that delays.
func farQueues(index int, l agent.Link, kernel bool) (queues []netlink.Qdisc) {
	parent := uint32(netlink.HANDLE_ROOT)
	if kernel && isLate(l) {
		queues = append(queues, late(index, l))
		parent = lateClass
	}
	if l.Rate > 0 {
		queues = append(queues, narrow(index, parent, l.Rate))
	}
	return queues
}

// nearQueues are what the gateway's end has.
func nearQueues(index int, l agent.Link, kernel bool) []netlink.Qdisc {
	if kernel && isLate(l) {
		return []netlink.Qdisc{late(index, l)}
	}
	return nil
}

func isLate(l agent.Link) bool { return l.Delay > 0 || l.Jitter > 0 }

// requeue puts queues in place of those that an earlier order made.
func (s *space) requeue(on netlink.Link, queues []netlink.Qdisc) error {
	old, err := s.links.QdiscList(on)
	if err != nil {
		return err
	}
	for _, q := range old {
		if q.Attrs().Parent == netlink.HANDLE_ROOT && (q.Type() == "tbf" || q.Type() == "netem") {
			if err := s.links.QdiscDel(q); err != nil {
				return err
			}
		}
	}
	for _, q := range queues {
		if err := s.links.QdiscAdd(q); err != nil {
			return err
		}
	}
	return nil
}

// queueView adds what the queues of one end say to the view of a link.
func (s *space) queueView(on netlink.Link, v *agent.LinkView) error {
	queues, err := s.links.QdiscList(on)
	if err != nil {
		return err
	}
	for _, q := range queues {
		stats := q.Attrs().Statistics
		if stats == nil || stats.Basic == nil || stats.Queue == nil {
			continue
		}
		switch q.Type() {
		case "tbf":
			v.Passed, v.Overlimits, v.Dropped = stats.Basic.Bytes, uint64(stats.Queue.Overlimits), uint64(stats.Queue.Drops)
		case "netem":
			v.Delayed += uint64(stats.Basic.Packets) + uint64(stats.Queue.Qlen) // gone, and waiting
		}
	}
	return nil
}
