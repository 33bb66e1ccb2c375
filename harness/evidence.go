package harness

import (
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
	Startup       []string  // what it logged while it was started anew
	// Host is the bay's own, by index.
	Host int
	// Baseline is how long the healthy answer took before the fault.
	Baseline time.Duration
	Recovery Recovery
}

// Recovery is what happened after the fault was gone.
type Recovery struct {
	Recovered bool
	After     time.Duration // from the end of the fault to the end of the first healthy answer
	Failed    int           // requests that failed in between
	Last      string        // what the last of those got
}

// Seconds is how long the visitor waited.
func (e *Evidence) Seconds() float64 { return e.Exchange.Ended.Seconds() }

// Attempts is how many connections to the upstream the gateway began for the visitor,
// as their SYNs were counted on the far side.
func (e *Evidence) Attempts() int { return e.after().Attempts - e.before().Attempts }

// Slack is how much later than expected an answer may come: what is needed to tell the
// policy's times from each other, what a healthy exchange took, the worst lateness of
// timers on this machine in the same time, and a hundredth for the gateway's own timer.
func (e *Evidence) Slack(p Policy, expected time.Duration) time.Duration {
	return min(shortest(p)/4, tolerable) + e.Baseline + 4*e.After.Late + expected/100
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

// met is how many packets the bay's first rule met in the exchange.
func (e *Evidence) met() uint64 {
	if len(e.After.Rules) == 0 {
		return 0
	}
	if len(e.Before.Rules) == 0 {
		return e.After.Rules[0]
	}
	return e.After.Rules[0] - e.Before.Rules[0]
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

// fromGateway says that the event is of a connection that the gateway opened.
func (e *Evidence) fromGateway(ev agent.Event) bool { return ev.Peer == agent.NearAddr(e.Host) }

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
