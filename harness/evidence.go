package harness

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

// Evidence is everything that was seen of one exchange from both sides.
type Evidence struct {
	// Started says that a gateway stood when the visitor asked.
	Started  bool
	Exchange agent.Exchange
	Outcome  Outcome
	// Before and After are the far side just before the visitor asked, with the fault
	// in place, and just after the answer: what was counted between the two belongs to
	// the exchange. After holds the events since the visitor asked. Where there was no
	// gateway to ask, Before is of the time before the fault.
	Before, After agent.View
	Log           []LogLine // what the gateway logged about the visitor
	Others        []LogLine // what it logged about others meanwhile, of a World that is Alone
	Startup       []string  // what it logged while it was started anew
	// Hosts are the bay's own, by index. The last Spared of them are left alone by the fault.
	Hosts  []int
	Spared int
	// Baseline is how long the healthy answer took before the fault.
	Baseline time.Duration
	// Healthy is what the prober got then.
	Healthy agent.Response
	// Well are the healthy exchanges of the whole lab that went on in part while the visitor
	// waited, or until he was served again: how long they took is the gateway's own noise.
	Well     []Span
	Helps    Remedy // what a visitor could have done about it
	Recovery Recovery
	// GaveUp says that a visitor who tried to help himself was not answered for so long that
	// he gave up.
	GaveUp bool
	Load   *Load // what a crowd got meanwhile, nil where none came
}

// Recovery is what happened after the fault was gone.
type Recovery struct {
	Recovered bool
	// Unknown says that it was not waited for.
	Unknown bool
	Asked   time.Duration // from the visitor's answer to the first of the requests that ask for it
	After   time.Duration // from the end of the fault to the end of the first of the answers that were healthy from then on
	Failed  int           // requests that failed in between
	Pace    time.Duration // the pause before the last request: After may be so much later than it had to be
	Last    string        // what the last of those got
}

// Span is when something began and ended, on the lab's clock.
type Span struct{ Began, Ended time.Duration }

// spanOf is when an exchange was.
func spanOf(x agent.Exchange) Span { return Span{x.Began, x.Began + x.Ended} }

// queued is how long the slowest of the healthy exchanges took that went on while the visitor's
// was expected to end and had not: what a gateway has to do for all comes to each of them.
func (e *Evidence) queued(expected time.Duration) (most time.Duration) {
	late := Span{e.Exchange.Began + expected, e.Exchange.Began + e.Exchange.Ended}
	for _, s := range e.Well {
		if s.Began <= late.Ended && s.Ended >= late.Began {
			most = max(most, s.Ended-s.Began)
		}
	}
	return most
}

// starved is how long gateway and agent waited for a core while the visitor waited for them: of
// all that waited side by side no more than the time there was.
func (e *Evidence) starved() time.Duration {
	return max(0, min(e.After.Starved-e.Before.Starved, e.After.At-e.Before.At))
}

// Seconds is how long the visitor waited.
func (e *Evidence) Seconds() float64 { return e.Exchange.Ended.Seconds() }

// Attempts is how many connections to the upstreams the gateway began for the visitor,
// as their SYNs were counted on the far side.
func (e *Evidence) Attempts() (n int) {
	for i := range e.After.Hosts {
		one := e.at(i)
		n += one.after().Attempts - one.before().Attempts
	}
	return n
}

// Requests is how many requests for the visitor came to the upstreams, whole.
func (e *Evidence) Requests() (n int) {
	for _, ev := range e.After.Events {
		if ev.Kind == agent.Request && e.fromGateway(ev) {
			n++
		}
	}
	return n
}

// Said are the lines that an upstream's program wrote since the visitor asked.
func (e *Evidence) Said() (lines []string) {
	for _, ev := range e.After.Events {
		if ev.Kind == agent.Said && slices.Contains(e.Hosts, ev.Host) {
			lines = append(lines, ev.Text)
		}
	}
	return lines
}

// at is the evidence of one of the hosts, as if there were no other.
func (e *Evidence) at(i int) *Evidence {
	one := *e
	one.Hosts = only(e.Hosts, i)
	for _, v := range []*agent.View{&one.Before, &one.After} {
		v.Rules = every(v.Rules, i, max(1, len(e.Hosts)-e.Spared))
		v.Hosts = only(v.Hosts, i)
	}
	return &one
}

// every is each nth element from the ith on: a bay has each of its rules for each of its hosts,
// one rule after the other.
func every[E any](of []E, i, n int) (found []E) {
	if i >= n {
		return nil // the host is spared
	}
	for ; i < len(of); i += n {
		found = append(found, of[i])
	}
	return found
}

// proves asks for the proof at one broken host after the other: a gateway that has tried one
// of them has met the fault.
func (e *Evidence) proves(proof Proof) (said string, err error) {
	err = errors.New("no host was looked at")
	for i := range len(e.Hosts) - e.Spared {
		if said, err = proof(e.at(i)); err == nil {
			return said, nil
		}
	}
	return "", err
}

// only is one element of a slice, none where it has not as many.
func only[E any](of []E, i int) []E {
	if i >= len(of) {
		return nil
	}
	return of[i : i+1]
}

// host is the first of the hosts.
func (e *Evidence) host() int {
	if len(e.Hosts) == 0 {
		return 0
	}
	return e.Hosts[0]
}

// Slack is how much later than expected an answer may come: what is needed to tell the
// policy's times from each other, the noise, and a hundredth for the gateway's own timer.
func (e *Evidence) Slack(p Policy, expected time.Duration) time.Duration {
	return e.slack(p, e.queued(expected)) + expected/100
}

// slack counts as noise what a healthy exchange took before and what others took meanwhile,
// what gateway and agent waited for a core, and the worst lateness of timers on this machine in
// the same time.
func (e *Evidence) slack(p Policy, queued time.Duration) time.Duration {
	return min(shortest(p)/4, tolerable) + e.Baseline + 2*queued + e.starved() + 4*e.After.Late
}

// drowned says that the noise, at its worst from the visitor's question until he was served again,
// would need more slack than there is between the policy's times.
func (e *Evidence) drowned(p Policy) bool {
	return shortest(p) > 0 && e.slack(p, e.slowest()) > shortest(p)/2
}

// timedOut says that the visitor, or one of a crowd, was told of a timeout, or that he gave up after
// one could have been.
func (e *Evidence) timedOut(p Policy) bool {
	return e.Load != nil && e.Load.end(504).Count > 0 || e.Outcome == Hang && e.Exchange.Ended >= shortest(p) || e.Exchange.Response.Status == 504
}

// slowest is how long the slowest of the healthy exchanges took.
func (e *Evidence) slowest() (most time.Duration) {
	for _, s := range e.Well {
		most = max(most, s.Ended-s.Began)
	}
	return most
}

// heard is the noise in words.
func (e *Evidence) heard() string {
	return fmt.Sprintf("its timers were %v late, healthy requests took up to %v meanwhile, and %v were waited for a core",
		milliseconds(e.After.Late), milliseconds(e.slowest()), milliseconds(e.starved()))
}

// tolerable is a delay that no reader of a result would call a timeout. A loaded
// machine of two cores needs most of it.
const tolerable = 250 * time.Millisecond

// dying is how long after the request the upstream's process ended, 0 where it did not:
// before that the gateway could not know.
func (e *Evidence) dying() time.Duration {
	ev := e.event(agent.Exited, func(agent.Event) bool { return true })
	if ev == nil {
		return 0
	}
	return max(ev.At-e.Exchange.Began, 0)
}

// met is how many packets one of the bay's rules met in the exchange.
func (e *Evidence) met(rule int) uint64 {
	if len(e.After.Rules) <= rule {
		return 0
	}
	if len(e.Before.Rules) <= rule {
		return e.After.Rules[rule]
	}
	return e.After.Rules[rule] - e.Before.Rules[rule]
}

func (e *Evidence) before() agent.HostView { return viewOf(e.Before) }
func (e *Evidence) after() agent.HostView  { return viewOf(e.After) }

func viewOf(v agent.View) agent.HostView {
	if len(v.Hosts) == 0 {
		return agent.HostView{}
	}
	return v.Hosts[0]
}

// event returns the first event of that kind that the test accepts.
func (e *Evidence) event(kind agent.Kind, test func(agent.Event) bool) *agent.Event {
	for i, ev := range e.After.Events {
		if ev.Kind == kind && test(ev) {
			return &e.After.Events[i]
		}
	}
	return nil
}

// fromGateway says that the event is of a connection that the gateway opened to one of the
// hosts.
func (e *Evidence) fromGateway(ev agent.Event) bool {
	return slices.ContainsFunc(e.Hosts, func(host int) bool {
		return ev.Host == host && (ev.Peer == agent.NearAddr(host) || !ev.Peer.IsValid()) // on a unix socket nobody has one
	})
}

// ErrorType is the RFC 9209 name of what happened as the gateway itself tells it, in
// its log or in a Proxy-Status field; "" where it does not.
func (e *Evidence) ErrorType() string {
	for _, l := range e.Log {
		if l.ErrorType != "" {
			return l.ErrorType
		}
	}
	return proxyStatusError(e.Exchange.Response.Fields)
}
