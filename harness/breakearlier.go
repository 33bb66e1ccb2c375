package harness

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// The verbs of a bay in which the visitor is not the first: what another client's requests met
// has left the gateway in some condition.

// KillEarlier is Kill, of which another client's request has told the gateway already.
func (b *Bay) KillEarlier(ctx context.Context) error {
	if err := b.Retire(ctx); err != nil {
		return err
	}
	return b.askEarlier(ctx, 1, refused)
}

// Retire ends the upstream's process. Whether the gateway asks there is not said.
func (b *Bay) Retire(ctx context.Context) error {
	if err := errors.Join(b.isProcess(), b.hangUp(ctx)); err != nil {
		return err
	}
	return b.alterHost(ctx, "kills the upstream's process", killed, func(h *agent.Host) {
		h.Process = agent.Killed
	})
}

// PlayEarlier lets the upstream's first connection, which is another client's, play the
// script's first clause: he asks as often as that reads a request. It is delivered once that
// step of it began, which behind a second request says that the gateway keeps connections.
func (b *Bay) PlayEarlier(ctx context.Context, s script.Script, step int) error {
	if err := b.alterHost(ctx, "lets the upstream play: "+abridge(s.String()), unproven, script1(s)); err != nil {
		return err
	}
	return b.askEarlier(ctx, s[0].Reads(), begun(s[0], step))
}

// PlayKept lets the upstream play a script of which the first clause reads two requests: the
// first is another client's, and the gateway is to keep the connection for the visitor's. It
// is delivered once the visitor's exchange came to that step there.
func (b *Bay) PlayKept(ctx context.Context, s script.Script, step int) error {
	first := &Evidence{}
	if err := b.alterHost(ctx, "lets the upstream play: "+abridge(s.String()), onKept(first, s[0], step), script1(s)); err != nil {
		return err
	}
	return b.askFirst(ctx, len(b.befallen()), first, came)
}

// PlayToAll lets the upstream play a script for another client and for the visitor alike. It is
// delivered once both have asked: whether on one connection is the gateway's affair.
func (b *Bay) PlayToAll(ctx context.Context, s script.Script) error {
	if err := b.alterHost(ctx, "lets the upstream play: "+abridge(s.String()), came, script1(s)); err != nil {
		return err
	}
	return b.askEarlier(ctx, 1, came)
}

// ForgetFlows lets a firewall forget the connections that there are, as one does after some
// idle time: without a word it drops what comes on them. New ones pass.
func (b *Bay) ForgetFlows(ctx context.Context) error {
	if err := b.network(); err != nil {
		return err
	}
	rule := agent.Rule{Where: agent.Arriving, Older: true, Action: agent.Drop}
	return b.alterRules(ctx, "lets a firewall forget the connections to the upstream", and(filtered(rule), sentAgain), rule)
}

// script1 lets a host play a script.
func script1(s script.Script) func(*agent.Host) {
	return func(h *agent.Host) { h.Script = s.String() }
}

// unproven is the proof of a change whose effect another change proves.
func unproven(*Evidence) (string, error) { return "", nil }

// askEarlier lets another client ask n times. What that meets at each of the broken hosts is
// the proof.
func (b *Bay) askEarlier(ctx context.Context, n int, met Proof) error {
	return b.askFirst(ctx, n, &Evidence{}, met)
}

// askFirst is askEarlier for which others want to know what was seen, too. What the gateway
// has made of it is not reverted: it has to get over that itself.
func (b *Bay) askFirst(ctx context.Context, n int, first *Evidence, met Proof) error {
	proof := earlier(first, met)
	return b.Apply(ctx, Change{
		What:      "lets another client ask first",
		Apply:     func(ctx context.Context) error { return b.witness(ctx, n, first) },
		Confirm:   func(ctx context.Context) error { return b.watch(ctx, first, proof) },
		Revert:    func(context.Context) error { return nil },
		Delivered: b.meanwhileHeld(first, proof),
	})
}

// meanwhileHeld is a proof of what another client met that counts for as long as the gateway
// holds it against a server: on a slow machine the visitor may come too late for that.
func (b *Bay) meanwhileHeld(first *Evidence, proof Proof) Proof {
	return func(e *Evidence) (string, error) {
		met := first.Exchange.Began + first.Exchange.Ended
		if late, most := e.Exchange.Began-met, b.Policy.Retry.Grudge; most > 0 && late > most {
			return "", fmt.Errorf("the visitor came %v after another client, and by then the gateway had forgiven what that one met", milliseconds(late))
		}
		return proof(e)
	}
}

// witness lets another client ask and takes in what happens on the far side.
func (b *Bay) witness(ctx context.Context, n int, first *Evidence) (err error) {
	first.Started, first.Hosts, first.Spared = true, b.indices(), b.Site.World.Spared
	if first.Before, err = b.look(ctx, never); err != nil {
		return err
	}
	for range n {
		if first.Exchange, err = b.ask(ctx, b.prober(), Traffic{}); err != nil {
			return err
		}
	}
	first.Outcome = OutcomeOf(first.Exchange)
	return nil
}

// never is a time since when there are no events.
const never = 1<<63 - 1

// watch looks until the far side shows the proof: a script may go on after its answer. That it
// never does is for the receipt to say.
func (b *Bay) watch(ctx context.Context, first *Evidence, proof Proof) (err error) {
	for began := time.Now(); time.Since(began) < feltWithin; {
		if first.After, err = b.look(ctx, first.Before.At); err != nil {
			return err
		}
		if _, missing := proof(nil); missing == nil {
			return nil
		}
		if err := b.lab.pause(ctx, between); err != nil {
			return err
		}
	}
	return nil
}

// earlier is the proof of what another client met, at each of the broken hosts.
func earlier(first *Evidence, met Proof) Proof {
	return func(*Evidence) (said string, err error) {
		err = errors.New("no other client asked first")
		for i := range len(first.Hosts) - first.Spared {
			if said, err = met(first.at(i)); err != nil {
				break
			}
		}
		if err != nil {
			return "", fmt.Errorf("of another client's request: %w", err)
		}
		return "when another client asked first, " + said, nil
	}
}

// came: a request came to the upstream.
func came(e *Evidence) (string, error) {
	if e.event(agent.Request, e.fromGateway) == nil {
		return "", errors.New("the gateway sent none to the upstream")
	}
	return "the request came to the upstream", nil
}

// onKept: that step of the clause began, in the visitor's exchange, on a connection that had
// carried another client's request.
func onKept(first *Evidence, c script.Clause, step int) Proof {
	verb := string(c.Steps[step].Verb)
	return func(e *Evidence) (string, error) {
		ev := e.event(agent.Began, func(ev agent.Event) bool {
			return e.fromGateway(ev) && ev.Step == step && ev.Verb == verb && first.carried(ev)
		})
		if ev == nil {
			return "", fmt.Errorf("the upstream's step %q was not reached on a connection that the gateway had kept", verb)
		}
		return fmt.Sprintf("the upstream's step %q was reached on a connection that the gateway had kept", verb), nil
	}
}

// carried says whether a request had come on the event's connection.
func (e *Evidence) carried(on agent.Event) bool {
	return e.event(agent.Request, func(ev agent.Event) bool { return ev.Host == on.Host && ev.Conn == on.Conn }) != nil
}

// sentAgain: the kernel of the gateway's host had no answer to what it sent. One packet alone may
// be the late acknowledgement of an older answer.
func sentAgain(e *Evidence) (string, error) {
	if n := e.met(0); n < 2 {
		return "", fmt.Errorf("the firewall's rule met %s, and nothing that was sent again", plural(int(n), "packet"))
	}
	return "of a connection that the gateway had kept", nil
}
