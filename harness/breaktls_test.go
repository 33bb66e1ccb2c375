package harness

import (
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/authority"
)

// A certificate was met by whom it was shown to, a manner by whom it could be said to. What the
// gateway did then proves nothing.
func TestProofsOfTLS(t *testing.T) {
	ended := func(how string, flaw authority.Flaw) *Evidence {
		return seen(agent.HostView{}, agent.Event{Kind: agent.Secured, Peer: gateway, Text: how, Shown: flaw})
	}
	stranger := seen(agent.HostView{}, agent.Event{Kind: agent.Secured, Text: agent.Whole, Shown: authority.Expired, Peer: agent.Front})
	other := ended(agent.Whole, authority.Expired)
	other.After.Events[0].Host = 4
	for what, c := range map[string]struct {
		proof Proof
		right *Evidence
		says  string
		wrong map[string]*Evidence
	}{
		"shown and taken": {shown(authority.Expired), ended(agent.Whole, authority.Expired), "a certificate expired (the handshake: whole)", map[string]*Evidence{
			"a good one": ended(agent.Whole, authority.Sound), "another flaw": ended(agent.Whole, authority.Revoked), "a session": ended(agent.Resumed, authority.Expired),
			"a stranger": stranger, "another host": other, "nothing": {},
		}},
		"shown and declined": {shown(authority.Expired), ended(agent.Declined+"bad certificate", authority.Expired), "(the handshake: declined: bad certificate)", nil},
		"refused": {handshaken, ended(agent.Refused+"no cipher", ""), "the handshake with the gateway was refused: no cipher", map[string]*Evidence{
			"one that was left": ended(agent.Left+"EOF", ""), "a stranger": stranger, "nothing": {},
		}},
		"declined": {handshaken, ended(agent.Declined+"protocol version", ""), "was declined: protocol version", nil},
		"resumed": {resumedOrShown(authority.Expired), ended(agent.Resumed, authority.Expired), "resumed an earlier session", map[string]*Evidence{
			"a good certificate": ended(agent.Whole, authority.Sound), "one that is good still": ended(agent.Resumed, authority.Sound), "a stranger": seen(agent.HostView{}, agent.Event{Kind: agent.Secured, Text: agent.Resumed, Shown: authority.Expired, Peer: agent.Front}), "nothing": {},
		}},
		"shown anew": {resumedOrShown(authority.Expired), ended(agent.Whole, authority.Expired), "showed the gateway", nil},
		"taken":      {handshaken, ended(agent.Whole, ""), "took the gateway's handshake", nil},
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

// Who is not spoken to over TLS cannot show anything, and is not asked to.
func TestTLSIsBrokenWhereItIsSpoken(t *testing.T) {
	inMemory(t, func(t *testing.T, p *play) {
		lab, err := Open(t.Context(), p, p, Plot{Name: "a/b"}, Plot{Name: "a/c", World: World{TLS: true}})
		if err != nil {
			t.Fatal(err)
		}
		defer lab.Close()
		clear, secured := lab.Bays[0], lab.Bays[1]
		if err := clear.Show(t.Context(), authority.Expired); !IsLack(err) || BlameOf(err) != Usage || len(clear.changes) != 0 {
			t.Errorf("in clear text: %v", err)
		}
		if err := secured.Show(t.Context(), authority.Expired); err != nil {
			t.Error(err)
		}
		if got := secured.machines[0].now.host; got.TLS.Shows != authority.Expired || got.Called != secured.Site.Upstream {
			t.Errorf("the order is %+v", got)
		}
		if err := secured.revert(t.Context()); err != nil || secured.machines[0].now.host.TLS != (agent.ServerTLS{}) {
			t.Errorf("it is left as %+v, %v", secured.machines[0].now.host, err)
		}
	})
}
