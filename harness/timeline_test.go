package harness

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/badgateway/badgateway/harness/agent"
)

// A timeline is of one exchange: what happened before, and to others, is not in it, and a
// connection lasts until it is seen to end.
func TestATimelineIsOfTheExchange(t *testing.T) {
	const ms = time.Millisecond
	event := func(at time.Duration, kind agent.Kind, conn int, alter func(*agent.Event)) agent.Event {
		ev := agent.Event{At: at, Kind: kind, Host: 3, Conn: conn, Peer: agent.NearAddr(3)}
		if alter != nil {
			alter(&ev)
		}
		return ev
	}
	e := Evidence{
		Started: true, Hosts: []int{3},
		Exchange: agent.Exchange{Began: 100 * ms, FirstByte: 40 * ms, Ended: 50 * ms, End: agent.EndComplete},
	}
	e.After.Events = []agent.Event{
		event(90*ms, agent.Accepted, 1, nil), // before
		event(110*ms, agent.Accepted, 2, nil),
		event(112*ms, agent.Request, 2, func(ev *agent.Event) { ev.Text = "GET / HTTP/1.1" }),
		event(113*ms, agent.Accepted, 9, func(ev *agent.Event) { ev.Host = 4 }), // another bay's
		event(115*ms, agent.Began, 2, func(ev *agent.Event) { ev.Verb = "reset" }),
		event(120*ms, agent.Gone, 2, func(ev *agent.Event) { ev.Text = "reset" }),
		event(121*ms, agent.Accepted, 3, nil),
		event(170*ms, agent.Gone, 3, nil), // after
	}
	want := []Happening{
		{ClientLane, 0, 0.05, "asks, and waits"}, {ClientLane, 0.04, 0.04, "the first byte of the answer"}, {ClientLane, 0.05, 0.05, "the end: " + string(agent.EndComplete)},
		{GatewayLane, 0.01, 0.02, "a connection to an upstream"}, {GatewayLane, 0.021, 0.05, "a connection to an upstream"},
		{UpstreamLane, 0.01, 0.01, "accepts a connection"}, {UpstreamLane, 0.012, 0.012, "reads GET / HTTP/1.1"}, {UpstreamLane, 0.015, 0.015, "begins reset"},
		{UpstreamLane, 0.02, 0.02, "sees the connection end: reset"}, {UpstreamLane, 0.021, 0.021, "accepts a connection"},
	}
	if diff := cmp.Diff(want, timeline(&e)); diff != "" {
		t.Error(diff)
	}
	for range 100 {
		e.After.Events = append(e.After.Events, event(130*ms, agent.Sent, 3, nil))
	}
	if got := timeline(&e); len(got) != mostHappenings {
		t.Errorf("it has %d", len(got))
	}
	if e.Started = false; timeline(&e) != nil {
		t.Error("there was no gateway, and a timeline")
	}
}
