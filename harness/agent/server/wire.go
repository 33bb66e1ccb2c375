//go:build linux

package server

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/clock"
)

// A wire joins two TAP devices, one in each namespace, as a cable joins two machines. It
// is for kernels without netem, and does two things that a veth pair cannot: it delays,
// and its jitter follows from a seed.
type wire struct {
	near, far *os.File
	lanes     [2]*lane // from near to far, and back
}

// newWire makes both devices, of the same name, and lets frames pass at once.
func newWire(name string, near, far *space, c clock.Clock) (w *wire, err error) {
	w = &wire{}
	if w.near, err = near.tap(name); err != nil {
		return nil, err
	}
	if w.far, err = far.tap(name); err != nil {
		return nil, errors.Join(err, w.near.Close())
	}
	if err := errors.Join(persist(w.near), persist(w.far)); err != nil {
		return nil, errors.Join(err, w.close())
	}
	w.lanes = [2]*lane{newLane(w.near, w.far, c), newLane(w.far, w.near, c)}
	for _, l := range w.lanes {
		go l.carry()
	}
	return w, nil
}

// close ends both devices, and with them what reads from them.
func (w *wire) close() error { return errors.Join(w.near.Close(), w.far.Close()) }

// set lets the frames that come from now on be late. It waits until those that came
// before have passed. Each direction draws its jitter from a sequence of its own.
func (w *wire) set(ctx context.Context, l agent.Link) error {
	for i, lane := range w.lanes {
		p := newPassage(l.Delay, l.Jitter, l.Seed, uint64(i))
		if err := until(ctx, func() (bool, error) { return lane.set(p) }); err != nil {
			return err
		}
	}
	return nil
}

// delayed is how many SYNs, and answers to them, were held back.
func (w *wire) delayed() uint64 { return w.lanes[0].delayed.Load() + w.lanes[1].delayed.Load() }

// A lane carries the frames of one direction.
type lane struct {
	from, to *os.File
	clock    clock.Clock
	delayed  atomic.Uint64

	mu      sync.Mutex // held while a frame is in the lane's hands
	passage *passage
}

func newLane(from, to *os.File, c clock.Clock) *lane {
	return &lane{from: from, to: to, clock: c, passage: newPassage(0, 0, 0, 0)}
}

// A passage is how frames cross until the next order.
type passage struct {
	delay, jitter time.Duration
	seed          [2]uint64 // the order's, and one for the direction
	random        *rand.Rand
	last          time.Duration // when the last frame is due: none overtakes another
	queue         chan frame
	ctx           context.Context // it ends with the next order
	end           context.CancelFunc
}

type frame struct {
	due   time.Duration // on the clock
	bytes []byte
}

// mostFrames is how many can be on their way. A further one is lost, as in any queue.
const mostFrames = 4096

func newPassage(delay, jitter time.Duration, seed, direction uint64) *passage {
	p := &passage{delay: delay, jitter: jitter, seed: [2]uint64{seed, direction}, queue: make(chan frame, mostFrames)}
	p.restart()
	p.ctx, p.end = context.WithCancel(context.Background())
	return p
}

// restart lets the sequence of what is drawn begin anew.
func (p *passage) restart() { p.random = rand.New(rand.NewPCG(p.seed[0], p.seed[1])) }

// late is how late the next frame is.
func (p *passage) late() time.Duration {
	if p.jitter <= 0 {
		return p.delay
	}
	return p.delay + time.Duration(p.random.Int64N(int64(p.jitter)+1))
}

// set puts a passage in place of the last once the lane is empty. It says whether it is.
func (l *lane) set(p *passage) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	waiting, err := readable(l.from)
	if waiting || err != nil {
		return false, err
	}
	l.passage.end()
	l.passage = p
	if p.delay > 0 || p.jitter > 0 {
		go l.release(p)
	}
	return true, nil
}

// readable says whether a frame waits to be read.
func readable(f *os.File) (some bool, err error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return false, err
	}
	cerr := raw.Control(func(fd uintptr) {
		var n int
		n, err = unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
		some = n > 0
	})
	return some, errors.Join(cerr, err)
}

// carry takes frames until the device is closed.
func (l *lane) carry() {
	raw, err := l.from.SyscallConn()
	if err != nil {
		return
	}
	const mostBytes = 64 << 10 // no frame is longer
	buf := make([]byte, mostBytes)
	for open := true; open; {
		err := raw.Read(func(fd uintptr) (done bool) {
			l.mu.Lock()
			defer l.mu.Unlock()
			n, err := unix.Read(int(fd), buf)
			if err == nil {
				l.take(buf[:n])
			}
			empty := errors.Is(err, unix.EAGAIN)
			open = err == nil || empty
			return !empty
		})
		open = open && err == nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.passage.end()
}

// take passes a frame on, at once or when it is due.
func (l *lane) take(b []byte) {
	p, opening := l.passage, opens(b)
	if opening { // so that what was left of an older connection changes nothing
		p.restart()
	}
	late := p.late()
	if late == 0 && p.last == 0 {
		l.to.Write(b) // a device that is down takes none: the frame is lost
		return
	}
	p.last = max(p.last, l.clock.Now()+late)
	select {
	case p.queue <- frame{p.last, append([]byte(nil), b...)}:
		if opening {
			l.delayed.Add(1)
		}
	default:
	}
}

// release lets the frames of a passage go when they are due.
func (l *lane) release(p *passage) {
	for {
		select {
		case f := <-p.queue:
			if l.clock.Sleep(p.ctx, f.due-l.clock.Now()) != nil {
				return
			}
			l.let(p, f)
		case <-p.ctx.Done():
			return
		}
	}
}

// let passes on a frame that is due, unless its passage ended just now.
func (l *lane) let(p *passage, f frame) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.passage == p {
		l.to.Write(f.bytes)
	}
}

// opens says whether an Ethernet frame holds a SYN, or the answer to one, over IPv4.
func opens(b []byte) bool {
	const etherType, ip, least = 12, 14, 20 // where the fields are (RFC 894), and IP's shortest header
	if len(b) < ip+least || b[etherType] != 0x08 || b[etherType+1] != 0x00 || b[ip+9] != unix.IPPROTO_TCP {
		return false
	}
	flags := ip + int(b[ip]&0x0f)*4 + 13
	return len(b) > flags && b[flags]&tcpSYN != 0
}

// wired lays a link that can delay: a veth pair where the kernel has netem, or else a
// wire.
func (w *world) wired(name string, far, near []netip.Prefix) (*wire, error) {
	netem := w.try(agent.AbilityNetem)
	if netem == nil {
		return nil, w.pair(name, far, near)
	}
	wire, err := newWire(name, w.near, w.far, w.clock)
	if err != nil {
		return nil, fmt.Errorf("%s: no link can delay here: %w, and %w", name, netem, errors.Join(err, w.noNode))
	}
	return wire, w.furnish(name, far, near)
}
