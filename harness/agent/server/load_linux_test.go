package server

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/clock"
)

// stalling is a server that takes 3 ms for a request, and in one second of three does
// nothing at all.
func stalling(c clock.Clock) func(agent.Ask, func()) (agent.Exchange, error) {
	const cycle, works, service = 3 * time.Second, 2 * time.Second, 3 * time.Millisecond
	return func(_ agent.Ask, sent func()) (agent.Exchange, error) {
		sent()
		if into := c.Now() % cycle; into >= works {
			time.Sleep(cycle - into)
		}
		time.Sleep(service)
		return agent.Exchange{}, nil
	}
}

// percentile is the smallest time within which that share of the requests ended.
func percentile(took []time.Duration, share float64) time.Duration {
	slices.Sort(took)
	return took[int(share*float64(len(took)))]
}

// Whoever waits for an answer before it asks again asks a stalled server once, and calls it
// fast. This is why loads are open.
func TestAnOpenLoadSeesWhatAClosedOneHides(t *testing.T) {
	const lasts = 9 * time.Second
	synctest.Test(t, func(t *testing.T) {
		c := clock.Real()
		ask := stalling(c)
		var closed []time.Duration
		for began := c.Now(); c.Now()-began < lasts; {
			from := c.Now()
			ask(agent.Ask{}, func() {})
			closed = append(closed, c.Now()-from)
		}
		if p99 := percentile(closed, 0.99); p99 != 3*time.Millisecond {
			t.Errorf("a closed loop reports a p99 of %v, and would be right", p99)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		c := clock.Real()
		l := loading{clock: c, ask: stalling(c)}
		l.run(t.Context(), agent.Load{Asks: make([]agent.Ask, 4), At: agent.Steady(900, lasts/900)})
		arrivals, err := l.came()
		var open []time.Duration
		for _, a := range arrivals {
			open = append(open, a.Took)
		}
		// A hundredth of the requests are the first three of each stall, which wait for most of it.
		if p99 := percentile(open, 0.99); err != nil || p99 < 980*time.Millisecond || p99 > 1003*time.Millisecond {
			t.Errorf("an open load reports a p99 of %v, %v; the server stalls for 1 s", p99, err)
		}
	})
}

// What begins late has been waiting since it was due.
func TestLatenessIsPartOfTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &tardy{Clock: clock.Real(), by: 40 * time.Millisecond}
		l := loading{clock: c, ask: func(_ agent.Ask, sent func()) (agent.Exchange, error) {
			sent()
			time.Sleep(5 * time.Millisecond)
			return agent.Exchange{}, nil
		}}
		l.run(t.Context(), agent.Load{Asks: make([]agent.Ask, 1), At: []time.Duration{time.Second}})
		arrivals, err := l.came()
		if a := arrivals[0]; err != nil || a.Late != 40*time.Millisecond || a.Took != 45*time.Millisecond {
			t.Errorf("it was %v late and took %v, %v", a.Late, a.Took, err)
		}
	})
}

// tardy is a clock whose timers fire late.
type tardy struct {
	clock.Clock
	by time.Duration
}

func (c *tardy) Sleep(ctx context.Context, d time.Duration) error { return c.Clock.Sleep(ctx, d+c.by) }

func TestALoadIsACrowd(t *testing.T) {
	l := newAsking(t)
	var mu sync.Mutex
	from := map[string]int{}
	release := make(chan struct{})
	l.gateway(front.String(), func(c net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(c)); err != nil {
			return
		}
		mu.Lock()
		from[c.RemoteAddr().(*net.TCPAddr).IP.String()]++
		mu.Unlock()
		<-release // nobody is answered before all have asked: no request waits for another
		io.WriteString(c, "HTTP/1.1 200 OK\r\nX-Much: 1\r\nContent-Length: 2\r\n\r\nok")
	})
	load := agent.Load{Bay: 0, At: agent.Steady(6, time.Millisecond)}
	for i := range 3 {
		who := netip.AddrFrom4([4]byte{198, 19, 0, byte(agent.FirstOfCrowd + i)})
		load.Asks = append(load.Asks, agent.Ask{From: who, To: front, Method: "GET", Request: []byte(request), Patience: patience})
	}
	if err := l.Load(t.Context(), load); err != nil {
		t.Fatal(err)
	}
	if err := l.Load(t.Context(), load); err == nil {
		t.Error("a bay has two loads at once")
	}
	close(release)
	arrivals, err := l.Loaded(t.Context(), load)
	if err != nil || len(arrivals) != 6 {
		t.Fatalf("%d arrivals, %v", len(arrivals), err)
	}
	for i, a := range arrivals {
		if r := a.Exchange.Response; r.Status != 200 || !r.Whole || string(r.Start) != "ok" || a.Took <= 0 || len(r.Raw)+len(r.Fields) > 0 {
			t.Errorf("request %d: %+v", i, a)
		}
	}
	if len(from) != 3 || from["198.19.0.10"] != 2 || from["198.19.0.12"] != 2 {
		t.Errorf("the requests came from %v", from)
	}
	if _, err := l.Loaded(t.Context(), load); err == nil {
		t.Error("a load ends twice")
	}
}

func TestALoadThatIsNoneIsRefused(t *testing.T) {
	l := newLab(t, 1)
	for name, load := range map[string]agent.Load{
		"nobody":   {At: agent.Steady(1, 0)},
		"disorder": {Asks: make([]agent.Ask, 1), At: []time.Duration{2, 1}},
	} {
		if err := l.Load(t.Context(), load); err == nil {
			t.Errorf("%s: it is a load", name)
		}
	}
	// A client that cannot be is the lab's trouble, and no answer of a gateway's.
	load := agent.Load{Asks: []agent.Ask{{From: netip.MustParseAddr("198.18.0.9"), To: front, Patience: patience}}, At: agent.Steady(1, 0)}
	if err := l.Load(t.Context(), load); err != nil {
		t.Fatal(err)
	}
	if arrivals, err := l.Loaded(t.Context(), load); err == nil {
		t.Errorf("from where nobody lives: %+v", arrivals)
	}
}
