package harness

import (
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

// Each proof of the way between the two accepts what proves it and refuses what only
// looks like it.
func TestProofsOfTheWay(t *testing.T) {
	const each = 250 * time.Millisecond
	link := func(before, after agent.LinkView) *Evidence {
		e := seen(agent.HostView{Link: after})
		e.Before.Hosts[0].Link = before
		return e
	}
	state := func(before, after string) *Evidence {
		return link(agent.LinkView{State: before}, agent.LinkView{State: after})
	}
	late := func(n uint64, stood time.Duration) *Evidence {
		e := link(agent.LinkView{Delayed: 5}, agent.LinkView{Delayed: 5 + n})
		e.After.Hosts[0].Attempts, e.Exchange.Began = 1, time.Minute
		if stood > 0 {
			e.After.Events = []agent.Event{{Kind: agent.Accepted, Host: 3, Peer: gateway, At: time.Minute + stood}}
		}
		return e
	}
	idle := late(3, 0) // what is held back is somebody else's
	idle.After.Hosts[0].Attempts = 0
	early := late(3, 0) // the gateway gave up before its SYN arrived
	early.After.Hosts[0].Attempts, early.Log = 0, []LogLine{{Phase: PhaseConnect}}
	route := func(before, after string, attempts int) *Evidence {
		e := seen(agent.HostView{Route: after, Attempts: attempts})
		e.Before.Hosts[0].Route = before
		return e
	}
	counted := func(before, after uint64) *Evidence {
		e := seen(agent.HostView{})
		e.Before.NoRoutes, e.After.NoRoutes = before, after
		return e
	}
	logged := func(p ...Phase) *Evidence {
		e := seen(agent.HostView{})
		for _, phase := range p {
			e.Log = append(e.Log, LogLine{Phase: phase})
		}
		return e
	}
	lost := filtered(agent.Rule{Action: agent.Drop, Loss: agent.Loss{Seed: 7, Of: 10, Lost: 3}})
	met := func(before, after uint64) *Evidence {
		e := seen(agent.HostView{})
		e.Before.Rules, e.After.Rules = []uint64{before}, []uint64{after}
		return e
	}
	for what, c := range map[string]struct {
		proof Proof
		right *Evidence
		says  string
		wrong map[string]*Evidence
	}{
		"no carrier": {linkDown, state("lower-layer-down", "lower-layer-down"), "no carrier", map[string]*Evidence{
			"a link that is up": state("up", "up"), "one that went down late": state("up", "lower-layer-down"),
			"one that came up": state("lower-layer-down", "up"), "nothing": {},
		}},
		"down": {linkDown, state("down", "down"), "no carrier", nil},
		"narrow": {narrowed, link(agent.LinkView{Passed: 10, Overlimits: 1}, agent.LinkView{Passed: 70, Overlimits: 3}), "60 bytes passed the queue of its link, which had to wait 2 times", map[string]*Evidence{
			"a queue that never waited": link(agent.LinkView{Passed: 10, Overlimits: 3}, agent.LinkView{Passed: 70, Overlimits: 3}),
			"a queue that is empty":     link(agent.LinkView{Passed: 10, Overlimits: 1}, agent.LinkView{Passed: 10, Overlimits: 3}),
			"nothing":                   {},
		}},
		"late": {delayed(each), late(7, 3*each), "held back 7 frames, the connection was there after 750ms", map[string]*Evidence{
			"too soon": late(7, 3*each-time.Millisecond), "nothing held back": late(0, 3*each), "no attempt": idle, "nothing": {},
		}},
		"late, and given up on": {delayed(each), early, "held back 3 frames, and no connection was there in time", nil},
		"late, and none came":   {delayed(each), late(1, 0), "held back 1 frame, and no connection was there in time", nil},
		"no route": {looksUp("ENETUNREACH"), route("ENETUNREACH", "ENETUNREACH", 0), "said ENETUNREACH of the route", map[string]*Evidence{
			"another errno": route("EACCES", "EACCES", 0), "a route before": route("", "ENETUNREACH", 0), "a route after": route("ENETUNREACH", "", 0),
			"a SYN": route("ENETUNREACH", "ENETUNREACH", 1), "nothing": {},
		}},
		"counted": {unrouted, counted(2, 3), "no route for 1 packet (IpOutNoRoutes)", map[string]*Evidence{"only before": counted(3, 3)}},
		"tried to connect": {notConnected, logged("", PhaseConnect), "fail in connecting", map[string]*Evidence{
			"silence": logged(), "another phase": logged(PhaseResolve, PhaseHeader),
		}},
		"lost":   {lost, met(4, 7), "3 packets were lost, 3 of each 10 as the seed 7 has it", map[string]*Evidence{"only before": met(7, 7)}},
		"lost 1": {lost, met(0, 1), "1 packet was lost", nil},
	} {
		if said, err := c.proof(c.right); err != nil || !strings.Contains(said, c.says) {
			t.Errorf("%s: %q, %v; want ...%s...", what, said, err, c.says)
		}
		for lack, e := range c.wrong {
			if said, err := c.proof(e); err == nil || said != "" {
				t.Errorf("%s is proven by %s: %q", what, lack, said)
			}
		}
	}
}

// What a bay is not made for is refused before anything is ordered.
func TestABayRefusesWhatItCannotProveOrDo(t *testing.T) {
	inMemory(t, func(t *testing.T, p *play) {
		lab, err := Open(t.Context(), p, p, Plot{Name: "a/b"})
		if err != nil {
			t.Fatal(err)
		}
		defer lab.Close()
		b := lab.Bays[0]
		for name, err := range map[string]error{"Delay": b.Delay(t.Context(), time.Second, 0, 0), "LoseRoute": b.LoseRoute(t.Context())} {
			if err == nil || BlameOf(err) != Usage || Hint(err) == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if len(b.changes) != 0 {
			t.Errorf("changed was %+v", b.changes)
		}
	})
}
