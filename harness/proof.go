package harness

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// stepReached: the step of the clause that does the harm began on the gateway's
// connection.
func stepReached(c script.Clause) Proof { return begun(c, harmful(c)) }

// begun: that step of the clause began on the gateway's connection.
func begun(c script.Clause, step int) Proof {
	verb := string(c.Steps[step].Verb)
	return func(e *Evidence) (string, error) {
		ev := e.event(agent.Began, func(ev agent.Event) bool {
			return e.fromGateway(ev) && ev.Step == step && ev.Verb == verb
		})
		if ev == nil {
			return "", fmt.Errorf("the upstream's step %q was not reached on the gateway's connection", verb)
		}
		return fmt.Sprintf("the upstream's step %q was reached on the gateway's connection", verb), nil
	}
}

// harmful is the step that makes the script differ from a healthy one: the first that
// takes its time, or else the last that is not serving.
func harmful(c script.Clause) int {
	last := 0
	for i, s := range c.Steps {
		switch s.Verb {
		case script.Wait, script.Work, script.Drip:
			return i
		case script.Serve:
		default:
			last = i
		}
	}
	return last
}

func killed(e *Evidence) (string, error) {
	if exit := e.after().Exit; exit != "signal: killed" {
		return "", fmt.Errorf("the upstream's process was not killed (it says %q)", exit)
	}
	return "the process was killed by SIGKILL", nil
}

// beforeTheAnswer: the process ended while the visitor waited, or is known to have a moment later.
// Where it took longer to die than the gateway to give up, its death was not what the gateway met.
func beforeTheAnswer(e *Evidence) (string, error) {
	const reaped = 50 * time.Millisecond // a process is known to have ended a little later
	if after := e.dying() - e.Exchange.Ended; after > reaped {
		return "", fmt.Errorf("the upstream's process died %v after the answer", milliseconds(after))
	}
	return "before the answer", nil
}

func refused(e *Evidence) (string, error) {
	if e.after().Socket != "" {
		return notConnected(e) // there is no reset to be counted
	}
	n := e.after().Resets - e.before().Resets
	if n < 1 {
		return "", errors.New("the upstream's host sent no reset")
	}
	return fmt.Sprintf("its host answered %s with RST", plural(n, "SYN")), nil
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func pluralWas(n int, what string) string {
	if n == 1 {
		return plural(n, what) + " was"
	}
	return plural(n, what) + " were"
}

func frozen(e *Evidence) (string, error) {
	if s := e.after().State; s != "T" {
		return "", fmt.Errorf("the process was not stopped (state %q)", s)
	}
	return "the process was stopped (state T)", nil
}

// queued: a connection is in the accept queue, made by the kernel and seen by nobody.
func queued(e *Evidence) (string, error) {
	if n := e.after().Queue; n < 1 {
		return "", errors.New("no connection waited to be accepted")
	}
	return "the connection waited in the accept queue", nil
}

func notAccepted(e *Evidence) (string, error) {
	if e.event(agent.Accepted, e.fromGateway) != nil {
		return "", errors.New("the upstream accepted the gateway's connection")
	}
	return "it was never accepted", nil
}

func tooManyFiles(e *Evidence) (string, error) {
	ev := e.event(agent.Trouble, func(ev agent.Event) bool { return strings.Contains(ev.Text, "too many open files") })
	if ev == nil {
		return "", errors.New("the upstream did not run out of descriptors")
	}
	return "accept(2) said EMFILE", nil
}

func outOfMemory(e *Evidence) (string, error) {
	n := e.after().OOMKills - e.before().OOMKills
	if n < 1 {
		return "", errors.New("the kernel killed nothing for want of memory")
	}
	return "the kernel killed it for want of memory", nil
}

// throttled: the process wanted more of a core than its share, and was kept from it.
func throttled(e *Evidence) (string, error) {
	n := e.after().Throttled - e.before().Throttled
	if n < 1 {
		return "", errors.New("the upstream's process was not throttled")
	}
	return fmt.Sprintf("the process was throttled in %s", plural(n, "period")), nil
}

func synsDropped(e *Evidence) (string, error) {
	n := e.after().Dropped - e.before().Dropped
	if n < 1 {
		return "", errors.New("the listener dropped no SYN")
	}
	return fmt.Sprintf("the full listener dropped %s", plural(n, "SYN")), nil
}

// answeredAs: the name was asked for in the visitor's time and treated as wanted.
func answeredAs(named map[int]agent.Name) Proof {
	return func(e *Evidence) (string, error) {
		n := named[e.host()]
		want := n.Says()
		ev := e.event(agent.Answered, func(ev agent.Event) bool { return ev.Name == n.Name && ev.Text == want })
		if ev == nil {
			return "", fmt.Errorf("the resolver got no query for %s to treat as %q", n.Name, want)
		}
		return fmt.Sprintf("the resolver got the query and said: %s", want), nil
	}
}

// lookedForInVain: the gateway's kernel asked for that address on the wire (ARP, RFC
// 826) and got no reply.
func lookedForInVain(of func(host int) netip.Addr) Proof {
	return func(e *Evidence) (string, error) {
		addr := of(e.host())
		if state := e.before().Neighbours[addr.String()]; state == "incomplete" || state == "failed" {
			return "", fmt.Errorf("the gateway's kernel looked for %v before the visitor asked (neighbour state %q)", addr, state)
		}
		switch state := e.after().Neighbours[addr.String()]; state {
		case "incomplete", "failed":
			return fmt.Sprintf("nobody answered the gateway's ARP requests for %v", addr), nil
		default:
			return "", fmt.Errorf("the gateway did not look for %v in vain (neighbour state %q)", addr, state)
		}
	}
}

// filtered: one of the rules met a packet. Those before it in the way of the same packets may
// have left nothing for the others.
func filtered(rules ...agent.Rule) Proof {
	return func(e *Evidence) (string, error) {
		var said []string
		for i, r := range rules {
			n := e.met(i)
			switch {
			case n == 0:
			case r.Loss != (agent.Loss{}):
				said = append(said, fmt.Sprintf("%s lost, %d of each %d as the seed %d has it", pluralWas(int(n), "packet"), r.Loss.Lost, r.Loss.Of, r.Loss.Seed))
			default:
				said = append(said, fmt.Sprintf("the firewall's rule met %s: %s", plural(int(n), "packet"), r.Action))
			}
		}
		if said == nil {
			return "", errors.New("no packet met the firewall's rule")
		}
		return strings.Join(said, ", "), nil
	}
}
