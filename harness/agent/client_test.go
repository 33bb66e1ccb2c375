package agent

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const hello = `{"id":0,"result":{"version":1}}` + "\n"

// wire is the agent's end of a client's stream.
type wire struct {
	t     *testing.T
	calls *bufio.Scanner
	out   *io.PipeWriter
}

// connect starts a client whose agent is the test, once it was greeted.
func connect(t *testing.T) (*Client, *wire) {
	t.Helper()
	in, calls := io.Pipe()
	replies, out := io.Pipe()
	go io.WriteString(out, hello)
	c, err := NewClient(t.Context(), replies, calls)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); out.Close() })
	return c, &wire{t, bufio.NewScanner(in), out}
}

// next is the next order.
func (w *wire) next() (call Call) {
	if !w.calls.Scan() {
		w.t.Errorf("no further order: %v", w.calls.Err())
		return call
	}
	if err := json.Unmarshal(w.calls.Bytes(), &call); err != nil {
		w.t.Errorf("the order %q: %v", w.calls.Bytes(), err)
	}
	return call
}

func (w *wire) say(format string, args ...any) { fmt.Fprintf(w.out, format+"\n", args...) }

func TestCallsMayBeAnsweredInAnyOrder(t *testing.T) {
	c, w := connect(t)
	const calls = 50
	var wg sync.WaitGroup
	for bay := range calls {
		wg.Go(func() {
			v, err := c.Look(t.Context(), Look{Bay: bay})
			if err != nil || len(v.Rules) != 1 || v.Rules[0] != uint64(bay) {
				t.Errorf("look %d was answered with %+v, %v", bay, v, err)
			}
		})
	}
	waiting := map[uint64]int{}
	for range calls {
		call := w.next()
		var l Look
		if err := json.Unmarshal(call.Args, &l); err != nil || call.Op != "look" || call.ID == 0 {
			t.Errorf("the order is %+v: %v", call, err)
		}
		waiting[call.ID] = l.Bay
	}
	if len(waiting) != calls {
		t.Errorf("%d orders have %d numbers", calls, len(waiting))
	}
	w.say(`{"id":999999}`)         // to nobody: is passed over
	for id, bay := range waiting { // in the order of a map: none
		w.say(`{"id":%d,"result":{"rules":[%d]}}`, id, bay)
	}
	wg.Wait()
}

func TestEveryOrderIsGivenByItsName(t *testing.T) {
	c, w := connect(t)
	ctx := t.Context()
	for _, o := range []struct {
		op   string
		args string // a part of it
		give func() error
	}{
		{"build", `"hosts":2`, func() error { _, err := c.Build(ctx, Build{Hosts: 2}); return err }},
		{"host", `"script":"serve"`, func() error { return c.SetHost(ctx, Host{Script: "serve"}) }},
		{"name", `"rcode":"REFUSED"`, func() error { return c.SetName(ctx, Name{RCode: "REFUSED"}) }},
		{"rules", `"bay":7`, func() error { return c.SetRules(ctx, Rules{Bay: 7}) }},
		{"link", `"rate":9`, func() error { return c.SetLink(ctx, Link{Rate: 9}) }},
		{"route", `"kind":"prohibit"`, func() error { return c.SetRoute(ctx, Route{Kind: Prohibited}) }},
		{"ports", `"count":4`, func() error { return c.SetPorts(ctx, Ports{Count: 4}) }},
		{"try", `"tbf"`, func() error { return c.Try(ctx, AbilityTBF) }},
		{"ask", `"method":"GET"`, func() error { _, err := c.Ask(ctx, Ask{Method: "GET"}); return err }},
		{"load", `"at":[5]`, func() error { return c.Load(ctx, Load{At: []time.Duration{5}}) }},
		{"reach", `"for":9`, func() error { return c.Reach(ctx, Reach{For: 9}) }},
		{"listening", `"198.19.255.254:80"`, func() error { return c.Listening(ctx, netip.AddrPortFrom(Front, 80)) }},
		{"look", `"hosts":[3]`, func() error { _, err := c.Look(ctx, Look{Hosts: []int{3}}); return err }},
	} {
		for _, reply := range []string{`"result":{}`, `"err":"out of paper"`} {
			got := make(chan error, 1)
			go func() { got <- o.give() }()
			call := w.next()
			if call.Op != o.op || !strings.Contains(string(call.Args), o.args) {
				t.Errorf("the order is %s %s, want %s ...%s...", call.Op, call.Args, o.op, o.args)
			}
			w.say(`{"id":%d,%s}`, call.ID, reply)
			err := <-got
			if refused := strings.Contains(reply, "err"); refused != (err != nil) || refused && err.Error() != o.op+": out of paper" {
				t.Errorf("%s answered with %s: %v", o.op, reply, err)
			}
		}
	}
}

func TestAnAgentThatGoesTakesItsCallsAlong(t *testing.T) {
	for name, c := range map[string]struct {
		end  func(*wire)
		says string
	}{
		"in good order":    {func(w *wire) { w.out.Close() }, "host: the lab's agent is gone"},
		"by a broken wire": {func(w *wire) { w.out.CloseWithError(errors.New("broken")) }, "is gone: broken"},
		"with garbage":     {func(w *wire) { w.say("Segmentation fault") }, `is gone: it said "Segmentation fault\n"`},
		"with half a line": {func(w *wire) { io.WriteString(w.out, `{"id":1`); w.out.Close() }, "is gone"},
	} {
		t.Run(name, func(t *testing.T) {
			client, w := connect(t)
			const calls = 3
			errs := make(chan error, calls)
			for range calls {
				go func() { errs <- client.SetHost(t.Context(), Host{}) }()
			}
			for range calls {
				w.next()
			}
			go c.end(w)
			for range calls {
				if err := <-errs; !errors.Is(err, ErrGone) || !strings.Contains(err.Error(), c.says) {
					t.Errorf("a call in the middle: %v, want ...%s...", err, c.says)
				}
			}
			<-client.Done()
			if err := client.SetHost(t.Context(), Host{}); !errors.Is(err, ErrGone) {
				t.Errorf("a call afterwards: %v", err)
			}
		})
	}
}

func TestAnOrderThatCannotBeWritten(t *testing.T) {
	in, calls := io.Pipe()
	replies, out := io.Pipe()
	defer out.Close()
	go io.WriteString(out, hello)
	c, err := NewClient(t.Context(), replies, calls)
	if err != nil {
		t.Fatal(err)
	}
	in.Close()
	if err := c.SetHost(t.Context(), Host{}); !errors.Is(err, ErrGone) {
		t.Errorf("to nobody: %v", err)
	}
}

func TestACancelledCallLeavesTheOthers(t *testing.T) {
	c, w := connect(t)
	stop := errors.New("stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	got := make(chan error, 1)
	go func() { got <- c.SetHost(ctx, Host{}) }()
	old := w.next()
	cancel(stop)
	if err := <-got; !errors.Is(err, stop) || errors.Is(err, ErrGone) {
		t.Errorf("a cancelled call: %v", err)
	}
	go func() { got <- c.SetHost(t.Context(), Host{}) }()
	call := w.next()
	w.say(`{"id":%d,"err":"too late"}`, old.ID)
	w.say(`{"id":%d}`, call.ID)
	if err := <-got; err != nil {
		t.Errorf("the next call: %v", err)
	}
}

func TestAnAnswerThatComesTwiceBlocksNobody(t *testing.T) {
	c, w := connect(t)
	for range 3 {
		got := make(chan error, 1)
		go func() { got <- c.SetHost(t.Context(), Host{}) }()
		call := w.next()
		for range 3 {
			w.say(`{"id":%d}`, call.ID)
		}
		if err := <-got; err != nil {
			t.Errorf("an order that was answered thrice: %v", err)
		}
	}
}

func TestAnAgentThatIsStoppedIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, w := connect(t)
		go func() {
			for w.calls.Scan() { // it reads, and that is all
			}
		}()
		for what, o := range map[string]struct {
			give func(context.Context) error
			at   time.Duration // before then it may still answer
		}{
			"an order":  {func(ctx context.Context) error { return c.SetHost(ctx, Host{}) }, 0},
			"a request": {func(ctx context.Context) error { _, err := c.Ask(ctx, Ask{Patience: time.Hour}); return err }, time.Hour},
			"a reach":   {func(ctx context.Context) error { return c.Reach(ctx, Reach{For: time.Minute}) }, time.Minute},
		} {
			began := time.Now()
			err := o.give(t.Context())
			if took := time.Since(began); err == nil || errors.Is(err, ErrGone) || took <= o.at || took > o.at+time.Minute {
				t.Errorf("%s that may take %v was given up after %v: %v", what, o.at, took, err)
			}
		}
	})
}

func TestGreetings(t *testing.T) {
	for said, want := range map[string]string{
		`{"id":0,"result":{"version":2}}`: "speaks protocol version 2, not 1",
		`{"id":0,"result":{}}`:            "speaks protocol version 0",
		`{"id":0}`:                        "speaks protocol version 0",
		`agent: not found`:                "agent: not found",
	} {
		_, calls := io.Pipe()
		c, err := NewClient(t.Context(), strings.NewReader(said+"\n"), calls)
		if c != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want ...%s...", said, err, want)
		}
	}
	_, calls := io.Pipe()
	if _, err := NewClient(t.Context(), strings.NewReader(""), calls); !errors.Is(err, ErrGone) {
		t.Errorf("without a greeting: %v", err)
	}
	stop := errors.New("stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stop)
	silent, end := io.Pipe()
	defer end.Close()
	if _, err := NewClient(ctx, silent, calls); !errors.Is(err, stop) {
		t.Errorf("waiting for a greeting: %v", err)
	}
}

func TestCloseIsTheEndOfTheAgentsInput(t *testing.T) {
	c, w := connect(t)
	go c.Close()
	if w.calls.Scan() || w.calls.Err() != nil {
		t.Errorf("the agent reads %q, %v", w.calls.Bytes(), w.calls.Err())
	}
}

func TestAddressesAreDistinctAndSetAside(t *testing.T) {
	aside := netip.MustParsePrefix("198.18.0.0/15") // RFC 2544
	seen := map[netip.Addr]string{}
	have := func(a netip.Addr, what string, i int) {
		t.Helper()
		what = fmt.Sprint(what, " ", i)
		if !aside.Contains(a) {
			t.Errorf("%s is %v, outside of %v", what, a, aside)
		}
		if other, taken := seen[a]; taken {
			t.Errorf("%v is both %s and %s", a, other, what)
		}
		seen[a] = what
	}
	have(Resolver, "resolver", 0)
	have(ResolverNear, "resolver's near side", 0)
	have(Front, "front", 0)
	for i := range MaxHosts {
		network := netip.PrefixFrom(NearAddr(i), 24).Masked()
		for what, a := range map[string]netip.Addr{
			"near side": NearAddr(i), "host": HostAddr(i), "moved host": MovedAddr(i), "nobody": NobodyAddr(i), "idle": IdleAddr(i),
		} {
			have(a, what, i)
			if !network.Contains(a) {
				t.Errorf("%s %d, %v, is not on its network %v", what, i, a, network)
			}
		}
	}
	clients := netip.PrefixFrom(Front, 16).Masked()
	for b := range MaxBays {
		have(Visitor(b), "visitor", b)
		have(Prober(b), "prober", b)
		if !clients.Contains(Visitor(b)) || !clients.Contains(Prober(b)) {
			t.Errorf("the clients of bay %d are not on %v", b, clients)
		}
	}
}

func TestWhatANameSays(t *testing.T) {
	a, b := netip.MustParseAddr("198.18.1.10"), netip.MustParseAddr("198.18.1.11")
	for want, n := range map[string]Name{
		"no address":                    {Name: "x"},
		"see y.test":                    {Name: "x", Alias: "y.test", Addrs: []netip.Addr{a}},
		"ask over TCP":                  {Cut: true, Addrs: []netip.Addr{a}},
		"198.18.1.10":                   Name{Cut: true, Addrs: []netip.Addr{a}}.OverTCP(),
		"198.18.1.11, 2001:db8::1":      {Addrs: []netip.Addr{b}, IPv6: []netip.Addr{netip.MustParseAddr("2001:db8::1")}},
		"2001:db8::1, to another query": {IPv6: []netip.Addr{netip.MustParseAddr("2001:db8::1")}, Astray: true},
		"nothing":                       {Silent: true, RCode: "REFUSED", Addrs: []netip.Addr{a}},
		"REFUSED":                       {RCode: "REFUSED", Addrs: []netip.Addr{a}},
		"198.18.1.10, 198.18.1.11":      {Addrs: []netip.Addr{a, b}},
	} {
		if got := n.Says(); got != want {
			t.Errorf("%+v says %q, want %q", n, got, want)
		}
	}
}
