package server

import (
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"github.com/badgateway/badgateway/harness/agent"
)

// What is asked of the kernel, where it has what it takes.
func TestWhatQueuesALinkHas(t *testing.T) {
	const index = 7
	kinds := func(queues []netlink.Qdisc) string {
		var all []string
		for _, q := range queues {
			all = append(all, q.Type()+" "+netlink.HandleStr(q.Attrs().Handle)+" in "+netlink.HandleStr(q.Attrs().Parent))
			if q.Attrs().LinkIndex != index {
				t.Errorf("a queue on the link %d", q.Attrs().LinkIndex)
			}
		}
		return strings.Join(all, ", ")
	}
	late := agent.Link{Delay: 250 * time.Millisecond}
	both := agent.Link{Delay: 250 * time.Millisecond, Rate: 1000}
	for name, c := range map[string]struct {
		link      agent.Link
		kernel    bool
		far, near string
	}{
		"healthy":        {agent.Link{}, true, "", ""},
		"down":           {agent.Link{Down: true}, true, "", ""},
		"late":           {late, true, "netem 1:0 in root", "netem 1:0 in root"},
		"late by a wire": {late, false, "", ""},
		"jitter":         {agent.Link{Jitter: 1}, true, "netem 1:0 in root", "netem 1:0 in root"},
		"narrow":         {agent.Link{Rate: 1000}, true, "tbf 2:0 in root", ""},
		"both":           {both, true, "netem 1:0 in root, tbf 2:0 in 1:1", "netem 1:0 in root"},
		"both by a wire": {both, false, "tbf 2:0 in root", ""},
	} {
		if far, near := kinds(farQueues(index, c.link, c.kernel)), kinds(nearQueues(index, c.link, c.kernel)); far != c.far || near != c.near {
			t.Errorf("%s: %q and %q; want %q and %q", name, far, near, c.far, c.near)
		}
	}
}

// netem's jitter goes both ways from its delay: the least that it makes of ours is ours.
func TestWhatNetemIsTold(t *testing.T) {
	tick := netlink.TickInUsec()
	if tick == 0 {
		t.Skip("this kernel has no clock for its queues")
	}
	for _, l := range []agent.Link{
		{Delay: 250 * time.Millisecond}, {Delay: 200 * time.Millisecond, Jitter: 100 * time.Millisecond}, {Jitter: 10 * time.Millisecond},
	} {
		q := late(1, l).(*netlink.Netem)
		mean, spread := float64(q.Latency)/tick, float64(q.Jitter)/tick
		least, most := mean-spread, mean+spread
		if d := least - float64(l.Delay.Microseconds()); d < -2 || d > 2 {
			t.Errorf("%+v: the least delay is %v us", l, least)
		}
		if d := most - float64((l.Delay + l.Jitter).Microseconds()); d < -2 || d > 2 {
			t.Errorf("%+v: the longest delay is %v us", l, most)
		}
		if q.Loss != 0 || q.ReorderProb != 0 || q.Limit != mostFrames {
			t.Errorf("%+v: it is told %+v", l, q)
		}
	}
}

func TestAQueueHasRoomForAFrame(t *testing.T) {
	for _, rate := range []uint64{1000, 25_000, 10 << 20, 1 << 40} {
		q := narrow(1, netlink.HANDLE_ROOT, rate).(*netlink.Tbf)
		burst := float64(q.Buffer) / netlink.TickInUsec() * float64(rate) / 1e6
		if q.Rate != rate || rate <= 10<<20 && burst < 1514 || q.Limit < 1<<20 {
			t.Errorf("at %d bytes a second it is told %+v: %v bytes at once", rate, q, burst)
		}
	}
}

// Jitter follows from its seed, and stays between its bounds.
func TestJitterIsRepeated(t *testing.T) {
	draw := func(seed uint64) (all []time.Duration) {
		p := newPassage(100, 50, seed, 0)
		for range 1000 {
			all = append(all, p.late())
		}
		p.restart()
		if again := p.late(); again != all[0] {
			t.Errorf("it began with %v, and begins anew with %v", all[0], again)
		}
		return all
	}
	one, same, other := draw(1), draw(1), draw(2)
	differ, seen := false, map[time.Duration]bool{}
	for i := range one {
		if one[i] != same[i] {
			t.Fatalf("frame %d is late by %v and by %v", i, one[i], same[i])
		}
		if one[i] < 100 || one[i] > 150 {
			t.Errorf("frame %d is late by %v", i, one[i])
		}
		differ, seen[one[i]] = differ || one[i] != other[i], true
	}
	if !differ || len(seen) != 51 {
		t.Errorf("two seeds differ: %v; %d values were drawn", differ, len(seen))
	}
	if p := newPassage(100, 0, 1, 0); p.late() != 100 {
		t.Error("without jitter a frame is late by something else than the delay")
	}
}

func TestWhichFramesOpenAConnection(t *testing.T) {
	// words is the length of IP's header, in words of 32 bits.
	frame := func(etherType uint16, protocol, words, flags byte) []byte {
		b := make([]byte, 14+4*int(words)+20)
		b[12], b[13], b[14], b[23] = byte(etherType>>8), byte(etherType), 0x40|words, protocol
		b[14+4*int(words)+13] = flags
		return b
	}
	syn := frame(0x0800, 6, 5, tcpSYN)
	for name, c := range map[string]struct {
		frame []byte
		want  bool
	}{
		"SYN": {syn, true}, "its answer": {frame(0x0800, 6, 5, tcpSYN|tcpACK), true}, "with options of IP": {frame(0x0800, 6, 15, tcpSYN), true},
		"an acknowledgement": {frame(0x0800, 6, 5, tcpACK), false}, "a reset": {frame(0x0800, 6, 5, tcpRST), false},
		"UDP": {frame(0x0800, 17, 5, tcpSYN), false}, "ARP": {frame(0x0806, 6, 5, tcpSYN), false}, "IPv6": {frame(0x86dd, 6, 5, tcpSYN), false},
		"half a header": {syn[:40], false}, "less": {syn[:20], false}, "nothing": {nil, false},
	} {
		if got := opens(c.frame); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestIPCounterReadsTheKernelsTable(t *testing.T) {
	const text = "Ip: Forwarding OutNoRoutes ReasmTimeout\nIp: 1 42 0\nTcp: OutNoRoutes\nTcp: 7\n"
	if n, err := ipCounter(text, "OutNoRoutes"); n != 42 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	for name, text := range map[string]string{"another": text, "OutNoRoutes": "Ip: Forwarding\nIp: 1\n", "Forwarding": ""} {
		if n, err := ipCounter(text, name); err == nil {
			t.Errorf("%s of %q is %d", name, text, n)
		}
	}
	if _, err := ipCounter("Ip: A\nIp: x\n", "A"); err == nil {
		t.Error("a word is a number")
	}
}
