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
	return b.alterHost(ctx, "lets the upstream play: "+abridge(s.String()), stepReached(s[0]), func(h *agent.Host) {
		h.Script = s.String()
	})
}

// PlayAndDie is Play for a script that the upstream's process does not survive.
func (b *Bay) PlayAndDie(ctx context.Context, s script.Script) error {
	if err := b.isProcess(); err != nil {
		return err
	}
	died := and(stepReached(s[0]), killed)
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
	if err := errors.Join(b.isProcess(), b.hangUp(ctx)); err != nil {
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
	return b.lab.Agent.SetHost(ctx, b.host)
}

// FillBacklog lets other clients fill the upstream's accept queue while nobody accepts.
// listen(n) holds n+1 connections; the SYNs of all others are dropped.
func (b *Bay) FillBacklog(ctx context.Context) error {
	const backlog = 4
	return b.alterHost(ctx, "fills the upstream's accept queue", synsDropped, func(h *agent.Host) {
		h.Backlog, h.Workers, h.Crowd = backlog, agent.NoWorkers, backlog+1
	})
}

// Occupy lets other clients keep every worker of the upstream busy for good.
func (b *Bay) Occupy(ctx context.Context) error {
	const workers = 2
	return b.alterHost(ctx, "keeps all the upstream's workers busy", and(queued, notAccepted), func(h *agent.Host) {
		h.Script, h.Workers, h.Crowd = "read-request; hold", workers, workers
	})
}

// UseUpDescriptors lets other clients take the last descriptors of the upstream.
func (b *Bay) UseUpDescriptors(ctx context.Context) error {
	if err := b.isProcess(); err != nil {
		return err
	}
	const left = 2
	return b.alterHost(ctx, "uses up the upstream's file descriptors", and(queued, notAccepted, tooManyFiles), func(h *agent.Host) {
		h.Script, h.Descriptors, h.Crowd = "read-request; hold", left, left
	})
}

// AnswerRCode lets the resolver answer queries for the upstream's name with an error.
func (b *Bay) AnswerRCode(ctx context.Context, rcode string) error {
	return b.resolve(ctx, "answers queries with "+rcode, agent.Name{RCode: rcode})
}

// AnswerNothing lets the resolver leave queries for the upstream's name unanswered.
func (b *Bay) AnswerNothing(ctx context.Context) error {
	return b.resolve(ctx, "leaves queries unanswered", agent.Name{Silent: true})
}

// AnswerDeadAddress lets the name lead to an address at which there is no host.
func (b *Bay) AnswerDeadAddress(ctx context.Context) error {
	nobody := agent.NobodyAddr(b.index)
	return b.resolve(ctx, "answers with a dead address", agent.Name{Addrs: []netip.Addr{nobody}}, lookedForInVain(nobody))
}

// AnswerIdleHost lets the name lead to a host that lives, with nothing on the port.
func (b *Bay) AnswerIdleHost(ctx context.Context) error {
	idle := agent.IdleAddr(b.index)
	return b.resolve(ctx, "answers with a host whose port is closed", agent.Name{Addrs: []netip.Addr{idle}}, refused)
}

// resolve changes how the upstream's name is answered. It returns only when what the
// gateway learned earlier has expired.
func (b *Bay) resolve(ctx context.Context, what string, name agent.Name, more ...Proof) error {
	name.Name = b.healthy.name.Name
	return b.Apply(ctx, Change{
		What:      what,
		Apply:     func(ctx context.Context) error { return b.setName(ctx, name) },
		Confirm:   b.forgotten,
		Revert:    func(ctx context.Context) error { return b.setName(ctx, b.healthy.name) },
		Delivered: and(append([]Proof{answeredAs(name)}, more...)...),
	})
}

func (b *Bay) setName(ctx context.Context, n agent.Name) error {
	b.name = n
	return b.lab.Agent.SetName(ctx, n)
}

// forgotten waits until answers of the healthy time have expired. They have a TTL of
// zero, which caches that count in whole seconds still keep within the second.
func (b *Bay) forgotten(ctx context.Context) error {
	rest := time.Until(b.fresh.Add(time.Duration(b.healthy.name.TTL)*time.Second + time.Second))
	select {
	case <-time.After(rest):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Move gives the upstream another address; its name follows, the gateway need not.
func (b *Bay) Move(ctx context.Context) error {
	to := agent.MovedAddr(b.index)
	if err := b.alterHost(ctx, "moves the upstream to another address", lookedForInVain(b.Site.Server.Addr()), func(h *agent.Host) {
		h.Addr = to
	}); err != nil {
		return err
	}
	name := b.healthy.name
	name.Addrs = []netip.Addr{to}
	return b.Apply(ctx, Change{
		What:    "lets the upstream's name follow",
		Apply:   func(ctx context.Context) error { return b.setName(ctx, name) },
		Confirm: inForce,
		Revert:  func(ctx context.Context) error { return b.setName(ctx, b.healthy.name) },
		// Whether it asks again is the gateway's affair: the move is what is proven.
		Delivered: func(*Evidence) (string, error) { return "its name says " + name.Says(), nil },
	})
}

// inForce confirms an order that returns only when it can be felt.
func inForce(context.Context) error { return nil }

// Filter puts a rule into the bay's firewall.
func (b *Bay) Filter(ctx context.Context, what string, rule agent.Rule) error {
	rule.Host = b.index
	if err := b.hangUp(ctx); err != nil {
		return err
	}
	return b.Apply(ctx, Change{
		What: what,
		Apply: func(ctx context.Context) error {
			return b.lab.Agent.SetRules(ctx, agent.Rules{Bay: b.index, Rules: []agent.Rule{rule}})
		},
		Confirm:   inForce,
		Revert:    b.heal,
		Delivered: filtered(rule),
	})
}

// alterHost is the change of one thing about the bay's host.
func (b *Bay) alterHost(ctx context.Context, what string, proof Proof, alter func(*agent.Host)) error {
	host := b.host
	alter(&host)
	return b.Apply(ctx, Change{
		What:      what,
		Apply:     func(ctx context.Context) error { b.host = host; return b.lab.Agent.SetHost(ctx, host) },
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
