package server

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/netip"
	"sync"
	"testing"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/clock"
)

// newLabInside is a lab whose agent is the test's own process, where the race detector
// sees it. It gives up no privilege and has no children.
func newLabInside(t *testing.T, hosts int) *testLab {
	t.Helper()
	launch(t) // skips the test where there can be no lab
	s := &server{clock: clock.Real()}
	s.history = &history{clock: s.clock}
	w := &world{clock: s.clock, history: s.history, noise: newNoise(s.clock)}
	for _, sp := range []**space{&w.near, &w.far} {
		made, err := madeSpace(func() error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { close(made.calls) })
		*sp = made
	}
	if err := w.join(agent.Build{Hosts: hosts, Bays: hosts}); err != nil {
		t.Fatal(err)
	}
	if err := w.equip(agent.Build{Hosts: hosts}); err != nil {
		t.Fatal(err)
	}
	for i := range hosts {
		w.hosts = append(w.hosts, newHost(w, i))
	}
	if err := w.resolver.start(w.far); err != nil {
		t.Fatal(err)
	}
	s.world.Store(w)
	t.Cleanup(w.close)
	return &testLab{t: t, near: w.near, Client: s.clientInside(t)}
}

// clientInside joins a client to the server without a process between them.
func (s *server) clientInside(t *testing.T) *agent.Client {
	t.Helper()
	in, calls := io.Pipe()
	replies, out := io.Pipe()
	s.out = out
	go s.reply(agent.Reply{Result: json.RawMessage(fmt.Sprintf(`{"version":%d}`, agent.Version))})
	go func() {
		for orders := json.NewDecoder(in); ; {
			var call agent.Call
			if orders.Decode(&call) != nil {
				out.Close()
				return
			}
			go s.answer(call)
		}
	}()
	c, err := agent.NewClient(t.Context(), replies, calls)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// Bays play side by side: every order is given while all others are obeyed.
func TestBaysPlaySideBySide(t *testing.T) {
	const bays, rounds = 4, 15
	l := newLabInside(t, bays)
	gateway, err := l.near.listen(netip.AddrPortFrom(agent.Front, agent.FrontPort), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer gateway.Close()
	go func() {
		for {
			c, err := gateway.AcceptTCP()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				io.ReadFull(c, make([]byte, len(request)))
				io.WriteString(c, "HTTP/1.1 204 No Content\r\n\r\n")
			}()
		}
	}()
	var wg sync.WaitGroup
	for bay := range bays {
		wg.Go(func() {
			for range rounds {
				if err := l.round(t.Context(), bay); err != nil {
					t.Errorf("bay %d: %v", bay, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// round breaks one bay in several ways and sees that it is this bay that is broken.
func (l *testLab) round(ctx context.Context, bay int) error {
	at := netip.AddrPortFrom(agent.HostAddr(bay), agent.HostPort)
	name := fmt.Sprintf("app%d.test", bay)
	before, err := l.Look(ctx, agent.Look{Bay: bay, Hosts: []int{bay}})
	if err != nil {
		return err
	}
	if err := l.SetName(ctx, agent.Name{Name: name, Addrs: []netip.Addr{at.Addr()}}); err != nil {
		return err
	}
	if err := l.SetHost(ctx, agent.Host{Index: bay, Script: "read-request; hold", Workers: 1, Crowd: 1}); err != nil {
		return err
	}
	if err := l.SetHost(ctx, agent.Host{Index: bay, Script: "serve"}); err != nil {
		return err
	}
	if err := l.Reach(ctx, agent.Reach{To: at, For: patience}); err != nil {
		return err
	}
	if err := l.SetRules(ctx, agent.Rules{Bay: bay, Rules: []agent.Rule{{Host: bay, Where: agent.Arriving, Action: agent.RejectReset}}}); err != nil {
		return err
	}
	c, err := l.try(at, patience)
	if err == nil {
		c.Close()
		return fmt.Errorf("its rule is not in force")
	}
	x, err := l.Ask(ctx, agent.Ask{
		From: agent.Visitor(bay), To: netip.AddrPortFrom(agent.Front, agent.FrontPort), Method: "GET", Request: []byte(request), Patience: patience,
	})
	if err != nil || x.Response.Status != 204 {
		return fmt.Errorf("the visitor saw %+v: %w", x, err)
	}
	v, err := l.Look(ctx, agent.Look{Bay: bay, Hosts: []int{bay}, Names: []string{name}, Since: before.At})
	if err != nil {
		return err
	}
	if v.Rules[0] != 1 || v.Hosts[0].Attempts != before.Hosts[0].Attempts+1 || v.Hosts[0].Resets != before.Hosts[0].Resets+1 {
		return fmt.Errorf("of one attempt against a rule was counted %+v, by the rule %v", v.Hosts[0], v.Rules)
	}
	for _, e := range v.Events {
		if e.Host != bay {
			return fmt.Errorf("an event of another host: %+v", e)
		}
	}
	return l.SetRules(ctx, agent.Rules{Bay: bay})
}
