package harness

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// seen is evidence of bay 3 with that far side after the visitor's exchange.
func seen(after agent.HostView, events ...agent.Event) *Evidence {
	e := &Evidence{Hosts: []int{3}}
	e.Before.Hosts, e.After.Hosts = []agent.HostView{{Resets: 2, Dropped: 2, OOMKills: 2}}, []agent.HostView{after}
	for _, ev := range events {
		if ev.Host == 0 {
			ev.Host = 3
		}
		e.After.Events = append(e.After.Events, ev)
	}
	return e
}

var (
	gateway  = agent.NearAddr(3)
	stranger = agent.NearAddr(4)
	nobody   = agent.NobodyAddr(3)
	name     = agent.Name{Name: "app.test", RCode: "SERVFAIL"}
)

// called is what the name of bay 3's host was ordered to be.
func called(n agent.Name) map[int]agent.Name { return map[int]agent.Name{3: n} }

// Each proof accepts what proves it, and refuses everything that only looks like it.
func TestProofsAcceptTheirEvidenceAndNoOther(t *testing.T) {
	began := func(peer netip.Addr, step int, verb string) *Evidence {
		return seen(agent.HostView{}, agent.Event{Kind: agent.Began, Peer: peer, Step: step, Verb: verb})
	}
	met := func(before, after []uint64) *Evidence {
		e := seen(agent.HostView{})
		e.Before.Rules, e.After.Rules = before, after
		return e
	}
	told := func(ev agent.Event) *Evidence { return seen(agent.HostView{}, ev) }
	neighbour := func(state string) *Evidence {
		return seen(agent.HostView{Neighbours: map[string]string{nobody.String(): state, "198.18.4.10": "failed"}})
	}
	play := func(text string) Proof { return stepReached(script.MustParse(text)[0]) }
	rule := filtered(agent.Rule{Action: agent.Drop})
	silent := agent.Name{Name: "app.test", Silent: true}
	two := agent.Name{Name: "app.test", Addrs: []netip.Addr{gateway, nobody}}
	for what, c := range map[string]struct {
		proof Proof
		right *Evidence
		says  string
		wrong map[string]*Evidence
	}{
		"the step": {play("read-request; hold"), began(gateway, 1, "hold"), `step "hold" was reached`, map[string]*Evidence{
			"another step": began(gateway, 0, "read-request"), "another verb": began(gateway, 1, "serve"), "another number": began(gateway, 2, "hold"),
			"a stranger's": began(stranger, 1, "hold"), "no event": seen(agent.HostView{}),
			"only the request": told(agent.Event{Kind: agent.Request, Peer: gateway, Step: 1, Verb: "hold"}),
		}},
		"the wait before serving": {play("wait 1s; serve"), began(gateway, 0, "wait"), `step "wait"`, map[string]*Evidence{"served at once": began(gateway, 1, "serve")}},
		"the drip before the end": {play(`read-request; write "a"; drip "b" every 1s; write "c"; close`), began(gateway, 2, "drip"), `step "drip"`, map[string]*Evidence{
			"the write before": began(gateway, 1, "write"), "the end": began(gateway, 4, "close"),
		}},
		"the last that is no serving": {play("read-request; reset; serve"), began(gateway, 1, "reset"), `step "reset"`, map[string]*Evidence{"the serving": began(gateway, 2, "serve")}},
		"killed": {killed, seen(agent.HostView{Exit: "signal: killed"}), "SIGKILL", map[string]*Evidence{
			"alive": seen(agent.HostView{}), "of itself": seen(agent.HostView{Exit: "exit status 1"}), "nothing seen": {},
		}},
		"frozen": {frozen, seen(agent.HostView{State: "T"}), "state T", map[string]*Evidence{"asleep": seen(agent.HostView{State: "S"}), "gone": seen(agent.HostView{})}},
		"refused once": {refused, seen(agent.HostView{Resets: 3}), "1 SYN with RST", map[string]*Evidence{
			"only before": seen(agent.HostView{Resets: 2}), "fewer": seen(agent.HostView{}),
		}},
		"refused twice": {refused, seen(agent.HostView{Resets: 4}), "2 SYNs with RST", nil},
		"queued":        {queued, seen(agent.HostView{Queue: 1}), "waited in the accept queue", map[string]*Evidence{"taken": seen(agent.HostView{})}},
		"not accepted": {notAccepted, told(agent.Event{Kind: agent.Accepted, Peer: stranger}), "never accepted", map[string]*Evidence{
			"accepted": told(agent.Event{Kind: agent.Accepted, Peer: gateway}),
		}},
		"out of descriptors": {tooManyFiles, told(agent.Event{Kind: agent.Trouble, Text: "accept: accept4: too many open files"}), "EMFILE", map[string]*Evidence{
			"another errno": told(agent.Event{Kind: agent.Trouble, Text: "accept: no buffer space"}), "none": seen(agent.HostView{}),
			"somebody says so": told(agent.Event{Kind: agent.Request, Text: "GET /too many open files"}),
		}},
		"throttled":     {throttled, seen(agent.HostView{Throttled: 3}), "throttled in 3 periods", map[string]*Evidence{"never": seen(agent.HostView{})}},
		"out of memory": {outOfMemory, seen(agent.HostView{OOMKills: 3}), "want of memory", map[string]*Evidence{"only before": seen(agent.HostView{OOMKills: 2})}},
		"dropped":       {synsDropped, seen(agent.HostView{Dropped: 5}), "dropped 3 SYNs", map[string]*Evidence{"only before": seen(agent.HostView{Dropped: 2})}},
		"answered": {answeredAs(called(name)), told(agent.Event{Kind: agent.Answered, Host: -1, Name: "app.test", Text: "SERVFAIL"}), "said: SERVFAIL", map[string]*Evidence{
			"another name": told(agent.Event{Kind: agent.Answered, Host: -1, Name: "b.test", Text: "SERVFAIL"}),
			"another way":  told(agent.Event{Kind: agent.Answered, Host: -1, Name: "app.test", Text: "198.18.4.10"}), "no query": seen(agent.HostView{}),
		}},
		"left unanswered": {answeredAs(called(silent)), told(agent.Event{Kind: agent.Answered, Host: -1, Name: "app.test", Text: "nothing"}), "said: nothing", map[string]*Evidence{
			"answered": told(agent.Event{Kind: agent.Answered, Host: -1, Name: "app.test", Text: ""}),
		}},
		"answered with two": {answeredAs(called(two)), told(agent.Event{Kind: agent.Answered, Host: -1, Name: "app.test", Text: "198.18.4.2, 198.18.4.99"}), "198.18.4.2, 198.18.4.99", map[string]*Evidence{
			"with one": told(agent.Event{Kind: agent.Answered, Host: -1, Name: "app.test", Text: "198.18.4.2"}),
		}},
		"looked for":          {lookedForInVain(agent.NobodyAddr), neighbour("incomplete"), "nobody answered", map[string]*Evidence{"found": neighbour("reachable"), "not looked for": neighbour(""), "nothing seen": {}}},
		"given up":            {lookedForInVain(agent.NobodyAddr), neighbour("failed"), "nobody answered", nil},
		"filtered":            {rule, met([]uint64{4}, []uint64{7}), "met 3 packets: drop", map[string]*Evidence{"only before": met([]uint64{7}, []uint64{7}), "none": met([]uint64{0}, []uint64{0}), "no rule": met(nil, nil)}},
		"filtered, no before": {rule, met(nil, []uint64{1}), "met 1 packet: drop", map[string]*Evidence{"none": met(nil, []uint64{0})}},
		"both": {and(killed, refused), seen(agent.HostView{Exit: "signal: killed", Resets: 3}), "SIGKILL, its host answered 1 SYN", map[string]*Evidence{
			"the first alone": seen(agent.HostView{Exit: "signal: killed", Resets: 2}), "the second alone": seen(agent.HostView{Resets: 3}),
		}},
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

func TestAReceiptNeedsEveryProof(t *testing.T) {
	yes := func(*Evidence) (string, error) { return "seen", nil }
	no := func(*Evidence) (string, error) { return "seen", errors.New("not seen") }
	second := func(e *Evidence) (string, error) {
		if e.host() != 4 {
			return "", errors.New("not seen")
		}
		return "seen at 4", nil
	}
	for _, c := range []struct {
		proofs []Proof
		want   string
		err    string
	}{
		{nil, "", ""},
		{[]Proof{second}, "seen at 4", ""}, // of two hosts the one that was tried
		{[]Proof{yes, yes}, "seen; seen", ""},
		{[]Proof{yes, no}, "", "the fault was not proven delivered: not seen"},
		{[]Proof{no, yes}, "", "the fault was not proven delivered: not seen"},
	} {
		k := bracket{proofs: c.proofs, evidence: Evidence{Hosts: []int{3, 4}}}
		got, err := k.receipt()
		if got != c.want || (err == nil) != (c.err == "") || err != nil && err.Error() != c.err {
			t.Errorf("%q, %v; want %q, %q", got, err, c.want, c.err)
		}
	}
	k := bracket{proofs: []Proof{yes}}
	if got, err := k.receipt(); err == nil {
		t.Errorf("where no host was looked at the receipt is %q", got)
	}
}

func TestNamesOfSitesAndBlame(t *testing.T) {
	for id, want := range map[string]string{"slow/never": "slow-never.test", "My own_thing": "my-own-thing.test"} {
		if got := siteName(id); got != want {
			t.Errorf("%q becomes %q, want %q", id, got, want)
		}
	}
	request := string(Site{Name: "a.test"}.visit().Ask(netip.Addr{}, Traffic{}).Request)
	if !strings.HasPrefix(request, "GET / HTTP/1.1\r\nHost: a.test\r\n") || !strings.HasSuffix(request, "\r\n\r\n") {
		t.Errorf("the request is %q", request)
	}
	if r := string(Site{Name: "a.test", Path: "/pay"}.visit().Ask(netip.Addr{}, Traffic{Method: "POST"}).Request); !strings.HasPrefix(r, "POST /pay HTTP/1.1\r\n") {
		t.Errorf("the request is %q", r)
	}
	p := &Problem{Blame: Usage, What: "no such file", Hint: "make it", Err: errBroken}
	err := fmt.Errorf("reading: %w", p)
	if BlameOf(err) != Usage || Hint(err) != "make it" || !errors.Is(err, errBroken) || err.Error() != "reading: no such file: it did not" {
		t.Errorf("of %v the blame is %d, the hint %q", err, BlameOf(err), Hint(err))
	}
	if BlameOf(errBroken) != Environment || Hint(errBroken) != "" {
		t.Error("somebody is blamed for an error that nobody vouched for")
	}
	s := Scenario{ID: "slow/never", Fault: Fault{Cause: Slow, Phase: PhaseWait}}
	if got := strings.Join(s.Labels("nginx"), " "); got != "slow wait nginx slow-never" {
		t.Errorf("the labels are %q", got)
	}
	s.Documented = true
	if got := strings.Join(s.Labels("nginx"), " "); got != "slow wait nginx slow-never documented" {
		t.Errorf("the labels are %q", got)
	}
}
