package harness

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness/agent"
)

// Each proof of what is spoken accepts what proves it and refuses what only looks like it.
func TestProofsOfWhatIsSpoken(t *testing.T) {
	asked := func(p ...agent.Protocol) *Evidence {
		e := seen(agent.HostView{})
		for _, one := range p {
			e.After.Events = append(e.After.Events, agent.Event{Kind: agent.Request, Host: 3, Peer: gateway, Protocol: one})
		}
		return e
	}
	stranger := asked(agent.HTTP11)
	stranger.After.Events[0].Peer = netip.MustParseAddr("198.18.4.9")
	was := func(before, after agent.SocketState) *Evidence {
		e := seen(agent.HostView{SocketIs: after})
		e.Before.Hosts[0].SocketIs = before
		return e
	}
	at := netip.MustParseAddrPort("198.19.255.254:8003")
	said := func(over string, in agent.Protocol, to netip.AddrPort) *Evidence {
		e := seen(agent.HostView{})
		e.Exchange.Over, e.Exchange.In, e.Exchange.To = over, in, to
		return e
	}
	tls := agent.Ask{To: at, TLS: &agent.ClientTLS{}}
	for what, c := range map[string]struct {
		proof Proof
		right *Evidence
		says  string
		wrong map[string]*Evidence
	}{
		"HTTP/1.0":       {spoken(""), asked(agent.HTTP10), "in http/1.0", map[string]*Evidence{"FastCGI": asked(agent.FastCGI), "a stranger": stranger, "nobody": asked()}},
		"HTTP/1.1":       {spoken(""), asked(agent.HTTP11), "in http/1.1", nil},
		"gRPC":           {spoken(agent.GRPC), asked(agent.GRPC), "in grpc", map[string]*Evidence{"plain HTTP/2": asked(agent.HTTP2), "HTTP/1": asked(agent.HTTP11)}},
		"among others":   {spoken(agent.WebSocket), asked(agent.HTTP10, agent.WebSocket), "in websocket", map[string]*Evidence{"others": asked(agent.HTTP10)}},
		"a full socket":  {socketWas(agent.SocketFull), was("full", "full"), "was full", map[string]*Evidence{"only after": was("", "full"), "only before": was("full", ""), "missing": was("missing", "missing")}},
		"plain text":     {saidTo(agent.Ask{To: at}), said("", "", at), "http/1.1 over plain text to port 8003", map[string]*Evidence{"TLS": said("tls", "", at), "HTTP/2": said("", agent.HTTP2, at), "elsewhere": said("", "", netip.AddrPort{})}},
		"TLS":            {saidTo(tls), said("tls", "", at), "http/1.1 over TLS", map[string]*Evidence{"plain text": said("", "", at)}},
		"HTTP/2 to port": {saidTo(agent.Ask{To: at, HTTP2: true}), said("", agent.HTTP2, at), "http/2 over plain text", map[string]*Evidence{"HTTP/1": said("", "", at)}},
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

// A bay whose upstream or gateway is not made for it is broken in none of these ways.
func TestProtocolVerbsNeedTheirWorld(t *testing.T) {
	inMemory(t, func(t *testing.T, p *play) {
		lab, err := Open(t.Context(), p, p, Plot{Name: "a/b"})
		if err != nil {
			t.Fatal(err)
		}
		defer lab.Close()
		b := lab.Bays[0]
		for name, err := range map[string]error{
			"RemoveSocket": b.RemoveSocket(t.Context()), "LockSocket": b.LockSocket(t.Context()), "FillSocket": b.FillSocket(t.Context()),
			"AskPlain": b.AskPlain(t.Context()), "AskTLS": b.AskTLS(t.Context()), "AskHTTP2": b.AskHTTP2(t.Context()),
		} {
			if err == nil || BlameOf(err) != Usage || Hint(err) == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if len(b.changes) != 0 {
			t.Errorf("changed was %+v", b.changes)
		}
	})
}
