package harness

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness/agent"
)

// inOneBay is a test with an open lab in memory.
func inOneBay(t *testing.T, test func(t *testing.T, p *play, b *Bay)) {
	t.Helper()
	inMemory(t, func(t *testing.T, p *play) {
		lab, err := Open(t.Context(), p, p, Plot{Name: "hand", World: World{Process: true, Alone: true}})
		if err != nil {
			t.Fatal(err)
		}
		defer lab.Close()
		test(t, p, lab.Bays[0])
	})
}

func TestABayIsBrokenByHandUntilItIsMended(t *testing.T) {
	inOneBay(t, func(t *testing.T, p *play, b *Bay) {
		if err := b.Mend(t.Context()); err != nil || p.did() != "" {
			t.Errorf("what is not broken was mended: %s, %v", p.did(), err)
		}
		f := Fault{Inject: func(ctx context.Context, b *Bay) error { return b.Apply(ctx, p.change("a", nil)) }}
		if err := b.Break(t.Context(), f); err != nil || p.did() != "apply a, confirm a" {
			t.Fatalf("it did %s, %v", p.did(), err)
		}
		if err := b.Break(t.Context(), f); BlameOf(err) != Usage || Hint(err) != "revert that first" {
			t.Errorf("it is broken twice: %v", err)
		}
		if err := b.Mend(t.Context()); err != nil || p.did() != "apply a, confirm a, revert a" {
			t.Errorf("it did %s, %v", p.did(), err)
		}
		if err := b.Break(t.Context(), f); err != nil {
			t.Errorf("it cannot be broken again: %v", err)
		}
	})
}

func TestWhatCannotBeMadeIsReverted(t *testing.T) {
	inOneBay(t, func(t *testing.T, p *play, b *Bay) {
		wrong := errors.New("half done")
		f := Fault{Inject: func(ctx context.Context, b *Bay) error { return b.Apply(ctx, p.change("a", wrong)) }}
		if err := b.Break(t.Context(), f); !errors.Is(err, wrong) || p.did() != "apply a, revert a" {
			t.Errorf("it did %s, %v", p.did(), err)
		}
		if err := b.Break(t.Context(), Fault{Inject: func(context.Context, *Bay) error { return nil }}); err != nil {
			t.Errorf("the bay stays broken: %v", err)
		}
	})
}

func TestWhatALabHolds(t *testing.T) {
	inOneBay(t, func(t *testing.T, _ *play, b *Bay) {
		b.Site.World.Resolve, b.Site.World.Needs = AtRequest, Bandwidth
		for name, c := range map[string]struct {
			world World
			lacks string
		}{
			"nothing special":          {World{}, ""},
			"all that it has":          {World{Process: true, Alone: true, Resolve: AtRequest, Needs: Bandwidth}, ""},
			"a name that is looked up": {World{Resolve: AtStart}, "learns the upstream's address in another way"},
			"what it needs":            {World{Needs: Bandwidth | Latency}, "it has no latency"},
			"a start of the gateway's": {World{Restart: true}, "no restarts"}, // says the gateway
		} {
			err := b.Holds(Scenario{ID: "a/b", World: c.world})
			if (err == nil) != (c.lacks == "") || err != nil && !strings.Contains(err.Error(), c.lacks) {
				t.Errorf("%s: %v", name, err)
			}
		}
		b.Site.World.Process = false
		if err := b.Holds(Scenario{ID: "a/b", World: World{Process: true}}); err == nil || Hint(err) != "make one for it: badgateway lab up --scenario a/b" {
			t.Errorf("no process: %v (%s)", err, Hint(err))
		}
	})
}

// The i-th host alone is broken, and what proves it is looked for at that one.
func TestOneHostOfSeveralIsBroken(t *testing.T) {
	inMemory(t, func(t *testing.T, p *play) {
		two := &Route{ID: "GET /", Healthy: 200, Servers: []Server{{Addr: netip.MustParseAddrPort("10.0.0.1:80")}, {Addr: netip.MustParseAddrPort("10.0.0.2:80")}}}
		lab, err := Open(t.Context(), p, p, Plot{Name: "two", World: World{Process: true}, Route: two})
		if err != nil {
			t.Fatal(err)
		}
		defer lab.Close()
		b := lab.Bays[0]
		if err := b.Of(1, func() error { return b.Kill(t.Context()) }); err != nil {
			t.Fatal(err)
		}
		if p.hosts[0].Process != agent.Running || p.hosts[1].Process != agent.Killed {
			t.Errorf("the hosts are %+v", p.hosts)
		}
		e := &Evidence{Hosts: []int{0, 1}}
		e.Before.Hosts = make([]agent.HostView, 2)
		e.After.Hosts = []agent.HostView{{Exit: "signal: killed", Resets: 1}, {}}
		k := bracket{bay: b, evidence: *e, proofs: []Proof{b.changes[0].Delivered}}
		if said, err := k.receipt(); err == nil {
			t.Errorf("another host's death proves it: %s", said)
		}
		k.evidence.After.Hosts = []agent.HostView{{}, {Exit: "signal: killed", Resets: 1}}
		if said, err := k.receipt(); err != nil || !strings.Contains(said, "killed by SIGKILL") {
			t.Errorf("%q, %v", said, err)
		}
		if err := b.revert(t.Context()); err != nil || p.hosts[1].Process != agent.Running {
			t.Errorf("after that they are %+v, %v", p.hosts, err)
		}
		if err := b.Of(2, func() error { return nil }); BlameOf(err) != Usage {
			t.Errorf("a third host: %v", err)
		}
	})
}

func TestEachHostHasEachRule(t *testing.T) {
	e := &Evidence{Hosts: []int{4, 5}}
	e.Before.Hosts, e.After.Hosts = make([]agent.HostView, 2), make([]agent.HostView, 2)
	e.Before.Rules, e.After.Rules = []uint64{1, 1, 0, 0}, []uint64{1, 1, 0, 2} // the second rule, at the second host
	proof := filtered(agent.Rule{Action: agent.Drop}, agent.Rule{Action: agent.RejectReset})
	if said, err := proof(e.at(0)); err == nil {
		t.Errorf("at the first host: %s", said)
	}
	if said, err := proof(e.at(1)); err != nil || said != "the firewall's rule met 2 packets: reset" {
		t.Errorf("at the second: %q, %v", said, err)
	}
}

func TestAScenarioBringsItsGateway(t *testing.T) {
	inMemory(t, func(t *testing.T, p *play) {
		s, other := kills("a/b"), kills("c/d")
		s.Gateway = elsewhere{p, "another"}
		_, sum, err := p.run(t.Context(), false, s, other, kills("e/f"))
		if err != nil || p.labs != 2 {
			t.Fatalf("%d labs, %v", p.labs, err)
		}
		for i, want := range []string{"another", "play", "play"} {
			if c := sum.Cells[i]; c.Gateway != want || c.Verdict != Pass {
				t.Errorf("%s is on %s: %v, %s", c.ID, c.Gateway, c.Verdict, c.Reason)
			}
		}
	})
}

// elsewhere is a gateway by another name.
type elsewhere struct {
	*play
	name string
}

func (n elsewhere) Name() string { return n.name }
