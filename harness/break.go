package harness

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// The verbs of a bay. Each makes one Change, and knows what proves its delivery.

// Play lets the upstream's connections play a script. It is delivered once the step of
// its first clause that does the harm (see harmful) began on the gateway's connection.
func (b *Bay) Play(ctx context.Context, s script.Script) error {
	return b.PlayTo(ctx, s, harmful(s[0]))
}

// PlayTo is Play for a script whose harm is done by that step of its first clause: a gateway
// may not let it come to a later one.
func (b *Bay) PlayTo(ctx context.Context, s script.Script, step int) error {
	if err := b.isPlayed(); err != nil {
		return err
	}
	return b.alterHost(ctx, "lets the upstream play: "+abridge(s.String()), begun(s[0], step), func(h *agent.Host) {
		h.Script = s.String()
	})
}

// PlayEach is Play for a script of which each clause is to be met, by a request each.
func (b *Bay) PlayEach(ctx context.Context, s script.Script) error {
	if err := b.isPlayed(); err != nil {
		return err
	}
	met := func(e *Evidence) (string, error) {
		if n := e.Requests(); n < len(s) {
			return "", fmt.Errorf("%s came to the upstream, and not %d", plural(n, "request"), len(s))
		}
		return fmt.Sprintf("the upstream answered %d requests of the gateway's", len(s)), nil
	}
	return b.alterHost(ctx, "lets the upstream play: "+abridge(s.String()), and(stepReached(s[0]), met), func(h *agent.Host) {
		h.Script = s.String()
	})
}

// PlayAndDie is Play for a script that the upstream's process does not survive.
func (b *Bay) PlayAndDie(ctx context.Context, s script.Script) error {
	if err := errors.Join(b.isPlayed(), b.isProcess()); err != nil {
		return err
	}
	died := and(stepReached(s[0]), killed, beforeTheAnswer)
	if s[0].Ends(script.ExhaustMemory) {
		if !b.lab.limited {
			return &Problem{Blame: Usage, What: "nothing limits this lab's memory, so it is the host's that would be used up",
				Hint: "open a lab for one bay of a World that is Alone and Needs LimitedMemory: it gets a limit"}
		}
		died = and(died, outOfMemory)
	}
	return b.alterHost(ctx, "lets the upstream's process play: "+s.String(), died, func(h *agent.Host) {
		h.Script = s.String()
	})
}

// Starve leaves the upstream's process little of a core, for work that takes half the read
// timeout where it has one to itself.
func (b *Bay) Starve(ctx context.Context) error {
	if err := errors.Join(b.network(), b.isPlayed(), b.isProcess()); err != nil {
		return err
	}
	s := script.Script{{Steps: []script.Step{{Verb: script.Handshake}, {Verb: script.Work, Every: b.Policy.Read.Value / 2}, {Verb: script.Serve}}}}
	return b.alterHost(ctx, "leaves the upstream's process little of a core", and(stepReached(s[0]), throttled), func(h *agent.Host) {
		h.Script, h.Throttled = s.String(), true
	})
}

// Kill ends the upstream's process with SIGKILL. Its kernel stays and refuses.
func (b *Bay) Kill(ctx context.Context) error {
	if err := b.isProcess(); err != nil {
		return err
	}
	return b.alterHost(ctx, "kills the upstream's process", and(killed, refused), func(h *agent.Host) {
		h.Process = agent.Killed
	})
}

// Freeze stops the upstream's process with SIGSTOP. Its kernel stays and accepts.
func (b *Bay) Freeze(ctx context.Context) error {
	if err := errors.Join(b.network(), b.isProcess(), b.hangUp(ctx)); err != nil {
		return err
	}
	return b.alterHost(ctx, "freezes the upstream's process", and(frozen, queued), func(h *agent.Host) {
		h.Process = agent.Frozen
	})
}

// isProcess refuses what only a process can suffer in a bay whose upstream is none.
func (b *Bay) isProcess() error {
	if b.Site.World.Process {
		return nil
	}
	return &Problem{Blame: Usage, What: "the bay's upstream is no process that could suffer this", Hint: "open it with World{Process: true}"}
}

// hangUp ends the connections that the gateway keeps to the upstream. A fault of new
// connections would otherwise not be met: the next request goes over an old one.
func (b *Bay) hangUp(ctx context.Context) error {
	if b.sham {
		return nil
	}
	return b.each(func(m *machine) error { return b.lab.Agent.SetHost(ctx, m.now.host) })
}

// FillBacklog lets other clients fill the upstream's accept queue while nobody accepts.
// listen(n) holds n+1 connections; the SYNs of all others are dropped.
func (b *Bay) FillBacklog(ctx context.Context) error {
	const backlog = 4
	if err := errors.Join(b.network(), b.isPlayed()); err != nil {
		return err
	}
	return b.alterHost(ctx, "fills the upstream's accept queue", synsDropped, func(h *agent.Host) {
		h.Backlog, h.Workers, h.Crowd = backlog, agent.NoWorkers, backlog+1
	})
}

// Occupy lets other clients keep every worker of the upstream busy for good.
func (b *Bay) Occupy(ctx context.Context) error {
	const workers = 2
	if err := errors.Join(b.network(), b.isPlayed()); err != nil {
		return err
	}
	return b.alterHost(ctx, "keeps all the upstream's workers busy", and(queued, notAccepted), func(h *agent.Host) {
		h.Script, h.Workers, h.Crowd = "read-request; hold", workers, workers
	})
}

// UseUpDescriptors lets other clients take the last descriptors of the upstream.
func (b *Bay) UseUpDescriptors(ctx context.Context) error {
	if err := errors.Join(b.network(), b.isPlayed(), b.isProcess()); err != nil {
		return err
	}
	const left = 2
	return b.alterHost(ctx, "uses up the upstream's file descriptors", and(queued, notAccepted, tooManyFiles), func(h *agent.Host) {
		h.Script, h.Descriptors, h.Crowd = "read-request; hold", left, left
	})
}

// AnswerRCode lets the resolver answer queries for the upstream's name with an error.
func (b *Bay) AnswerRCode(ctx context.Context, rcode string) error {
	return b.resolve(ctx, "answers queries with "+rcode, func(int) agent.Name { return agent.Name{RCode: rcode} })
}

// AnswerNothing lets the resolver leave queries for the upstream's name unanswered.
func (b *Bay) AnswerNothing(ctx context.Context) error {
	return b.resolve(ctx, "leaves queries unanswered", func(int) agent.Name { return agent.Name{Silent: true} })
}

// AnswerDeadAddress lets the name lead to an address at which there is no host.
func (b *Bay) AnswerDeadAddress(ctx context.Context) error {
	return b.resolve(ctx, "answers with a dead address", at(agent.NobodyAddr), lookedForInVain(agent.NobodyAddr))
}

// AnswerIdleHost lets the name lead to a host that lives, with nothing on the port.
func (b *Bay) AnswerIdleHost(ctx context.Context) error {
	return b.resolve(ctx, "answers with a host whose port is closed", at(agent.IdleAddr), refused)
}

// at is a name that leads to that address of a host.
func at(addr func(host int) netip.Addr) func(int) agent.Name {
	return func(host int) agent.Name { return agent.Name{Addrs: []netip.Addr{addr(host)}} }
}

// resolve changes how the upstreams' names are answered, by the index of their host. It
// returns only when what the gateway learned earlier has expired.
func (b *Bay) resolve(ctx context.Context, what string, answer func(host int) agent.Name, more ...Proof) error {
	if len(b.names()) == 0 {
		return &Problem{Blame: Usage, Lack: true, What: "no name leads to the bay's upstream", Hint: "open it with World{Resolve: AtRequest}"}
	}
	named := map[int]agent.Name{}
	for _, m := range b.machines {
		n := answer(m.index)
		n.Name = m.healthy.name.Name
		named[m.index] = n
	}
	return b.Apply(ctx, Change{
		What: what,
		Apply: func(ctx context.Context) error {
			return b.each(func(m *machine) error { return b.call(ctx, m, named[m.index]) })
		},
		Confirm: b.forgotten,
		Revert: func(ctx context.Context) error {
			err := b.each(func(m *machine) error { return b.call(ctx, m, m.healthy.name) })
			if err == nil && len(named[b.machines[0].index].Addrs) > 1 {
				return b.forgotten(ctx) // one of them serves, so health alone does not show that the other is forgotten
			}
			return err
		},
		Delivered: and(append([]Proof{answeredAs(named)}, more...)...),
	})
}

// forgotten waits until answers of the healthy time have expired. They have a TTL of
// zero, which caches that count in whole seconds still keep within the second; a policy may
// keep them for longer.
func (b *Bay) forgotten(ctx context.Context) error {
	return b.pauseSince(ctx, b.fresh, b.Policy.Learned.Value+time.Second)
}

// Move gives the upstream another address; its name follows, the gateway need not.
func (b *Bay) Move(ctx context.Context) error {
	if err := b.network(); err != nil {
		return err
	}
	if err := b.alterHost(ctx, "moves the upstream to another address", lookedForInVain(agent.HostAddr), func(h *agent.Host) {
		h.Addr = agent.MovedAddr(h.Index)
	}); err != nil {
		return err
	}
	return b.Apply(ctx, Change{
		What: "lets the upstream's name follow",
		Apply: func(ctx context.Context) error {
			return b.each(func(m *machine) error {
				name := m.healthy.name
				name.Addrs = []netip.Addr{agent.MovedAddr(m.index)}
				return b.call(ctx, m, name)
			})
		},
		Confirm: inForce,
		Revert: func(ctx context.Context) error {
			return b.each(func(m *machine) error { return b.call(ctx, m, m.healthy.name) })
		},
		// Whether it asks again is the gateway's affair: the move is what is proven.
		Delivered: func(e *Evidence) (string, error) { return "its name says " + agent.MovedAddr(e.host()).String(), nil },
	})
}

// inForce confirms an order that returns only when it can be felt.
func inForce(context.Context) error { return nil }

// Filter puts rules into the bay's firewall, in that order for each host, in the place of
// those that are there. It is delivered once one of them met a packet.
func (b *Bay) Filter(ctx context.Context, what string, rules ...agent.Rule) error {
	if err := errors.Join(b.network(), b.hangUp(ctx)); err != nil {
		return err
	}
	return b.alterRules(ctx, what, filtered(rules...), rules...)
}

// alterRules is the change of the bay's firewall to some rules for each host.
func (b *Bay) alterRules(ctx context.Context, what string, proof Proof, rules ...agent.Rule) error {
	return b.Apply(ctx, Change{
		What: what,
		Apply: func(ctx context.Context) error {
			wanted := agent.Rules{Bay: b.index}
			for _, rule := range rules {
				for _, m := range b.befallen() {
					rule.Host = m.index
					wanted.Rules = append(wanted.Rules, rule)
				}
			}
			return b.lab.Agent.SetRules(ctx, wanted)
		},
		Confirm:   inForce,
		Revert:    b.heal,
		Delivered: proof,
	})
}

// alterHost is the change of one thing about the bay's hosts.
func (b *Bay) alterHost(ctx context.Context, what string, proof Proof, alter func(*agent.Host)) error {
	return b.Apply(ctx, Change{
		What: what,
		Apply: func(ctx context.Context) error {
			return b.eachBefallen(func(m *machine) error {
				wanted := m.now.host
				alter(&wanted)
				return b.order(ctx, m, wanted)
			})
		},
		Confirm:   inForce,
		Revert:    b.heal,
		Delivered: proof,
	})
}

// and joins proofs: all are needed.
func and(proofs ...Proof) Proof {
	return func(e *Evidence) (string, error) {
		var said []string
		for _, p := range proofs {
			s, err := p(e)
			if err != nil {
				return "", err
			}
			said = append(said, s)
		}
		return strings.Join(said, ", "), nil
	}
}

// abridge shortens a script that writes much.
func abridge(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return fmt.Sprintf("%s... (%d bytes of script)", s[:most], len(s))
}
