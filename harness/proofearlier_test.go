package harness

import (
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// What another client met before proves what it met, at every broken host, and nothing of the
// visitor's exchange does.
func TestWhatWasMetEarlier(t *testing.T) {
	request := func(host, conn int) agent.Event {
		return agent.Event{Kind: agent.Request, Host: host, Conn: conn, Peer: agent.NearAddr(host)}
	}
	two := func(spared int, events ...agent.Event) *Evidence {
		e := &Evidence{Hosts: []int{3, 4}, Spared: spared}
		e.Before.Hosts, e.After.Hosts = make([]agent.HostView, 2), make([]agent.HostView, 2)
		e.After.Events = events
		return e
	}
	for what, c := range map[string]struct {
		first *Evidence
		err   string
	}{
		"both":               {two(0, request(3, 1), request(4, 1)), ""},
		"one, the other not": {two(0, request(3, 1)), "of another client's request: the gateway sent none"},
		"all that is broken": {two(1, request(3, 1)), ""},
		"the spared alone":   {two(1, request(4, 1)), "the gateway sent none"},
		"nobody asked":       {&Evidence{}, "no other client asked first"},
	} {
		said, err := earlier(c.first, came)(two(0, request(3, 7), request(4, 7)))
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %q, %v", what, said, err)
		}
		if err == nil && said != "when another client asked first, the request came to the upstream" {
			t.Errorf("%s: it says %q", what, said)
		}
	}
}

// The step counts on a connection on which somebody else was served, and on no other.
func TestWhatHappensOnAKeptConnection(t *testing.T) {
	first := seen(agent.HostView{}, agent.Event{Kind: agent.Accepted, Conn: 2, Peer: gateway}, agent.Event{Kind: agent.Request, Conn: 1, Peer: gateway})
	proof := onKept(first, script.MustParse("1 x read-request; serve; read-request; close, then serve")[0], 3)
	began := func(ev agent.Event) *Evidence { ev.Kind = agent.Began; return seen(agent.HostView{}, ev) }
	if said, err := proof(began(agent.Event{Conn: 1, Step: 3, Verb: "close", Peer: gateway})); err != nil || !strings.Contains(said, "that the gateway had kept") {
		t.Errorf("%q, %v", said, err)
	}
	for what, e := range map[string]*Evidence{
		"a connection without a request before": began(agent.Event{Conn: 2, Step: 3, Verb: "close", Peer: gateway}),
		"another step":                          began(agent.Event{Conn: 1, Step: 1, Verb: "close", Peer: gateway}),
		"another verb":                          began(agent.Event{Conn: 1, Step: 3, Verb: "reset", Peer: gateway}),
		"a stranger's connection":               began(agent.Event{Conn: 1, Step: 3, Verb: "close", Peer: stranger}),
		"another host":                          began(agent.Event{Host: 4, Conn: 1, Step: 3, Verb: "close", Peer: agent.NearAddr(4)}),
		"nothing":                               seen(agent.HostView{}),
	} {
		if said, err := proof(e); err == nil {
			t.Errorf("%s proves %q", what, said)
		}
	}
}

func TestAPlaceIsTakenUntilItIsLeft(t *testing.T) {
	visitor := &Evidence{Exchange: agent.Exchange{Began: 3 * time.Second, Ended: time.Second}}
	for ended, taken := range map[time.Duration]bool{time.Second: false, 3 * time.Second: false, 4 * time.Second: true} {
		_, err := stillBusy(agent.Exchange{Began: time.Second, Ended: ended}, visitor)
		if (err == nil) != taken {
			t.Errorf("of a client who waited until %v it says: %v", time.Second+ended, err)
		}
	}
}

// One packet may be a late acknowledgement.
func TestWhatIsSentIntoSilenceIsSentAgain(t *testing.T) {
	for n, proven := range map[uint64]bool{0: false, 1: false, 2: true, 5: true} {
		e := seen(agent.HostView{})
		e.Before.Rules, e.After.Rules = []uint64{3}, []uint64{3 + n}
		if _, err := sentAgain(e); (err == nil) != proven {
			t.Errorf("of %d packets: %v", n, err)
		}
	}
}

// What the gateway may have forgiven by then proves nothing about the visitor.
func TestWhatWasMetTooLongAgo(t *testing.T) {
	first := seen(agent.HostView{})
	first.Exchange.Began, first.Exchange.Ended = 5*time.Second, time.Second
	met := func(*Evidence) (string, error) { return "met", nil }
	for _, c := range []struct {
		grudge, visit time.Duration
		proven        bool
	}{
		{time.Second, 7 * time.Second, true}, {time.Second, 7*time.Second + 1, false}, {0, time.Hour, true},
	} {
		b := &Bay{Policy: Policy{Retry: Retry{Grudge: c.grudge}}}
		e := seen(agent.HostView{})
		e.Exchange.Began = c.visit
		if said, err := b.meanwhileHeld(first, met)(e); (err == nil) != c.proven || (said == "met") != c.proven {
			t.Errorf("a grudge of %v, a visit at %v: %q, %v", c.grudge, c.visit, said, err)
		}
	}
}
