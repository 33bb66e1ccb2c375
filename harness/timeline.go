package harness

import (
	"fmt"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

// Lane is who a Happening is of.
type Lane string

// The lanes, from the one who asks to the one who is asked.
const (
	ClientLane   Lane = "client"
	GatewayLane  Lane = "gateway"
	UpstreamLane Lane = "upstream"
)

// Happening is one thing that went on in an exchange, in seconds since the client asked. One
// that took no time ends when it began.
type Happening struct {
	Lane  Lane    `json:"lane"`
	Began float64 `json:"began"`
	Ended float64 `json:"ended"`
	What  string  `json:"what"`
}

// mostHappenings bounds how long a record gets: an upstream that drips has a step a byte.
const mostHappenings = 60

// timeline is what went on in the visitor's exchange, as the far side's history has it, by lanes
// and then by time. What the gateway did in between is seen from both its sides alone.
func timeline(e *Evidence) (found []Happening) {
	if !e.Started {
		return nil
	}
	x := e.Exchange
	add := func(l Lane, began, ended time.Duration, what string, args ...any) {
		ended = min(max(ended, began), x.Ended)
		if began >= 0 && began <= x.Ended && len(found) < mostHappenings {
			found = append(found, Happening{l, began.Seconds(), ended.Seconds(), fmt.Sprintf(what, args...)})
		}
	}
	add(ClientLane, 0, x.Ended, "asks, and waits")
	if x.FirstByte > 0 {
		add(ClientLane, x.FirstByte, x.FirstByte, "the first byte of the answer")
	}
	add(ClientLane, x.Ended, x.Ended, "the end: %s", x.End)
	var events []agent.Event
	for _, ev := range e.After.Events {
		if ev.At -= x.Began; ev.Kind == agent.Answered || ev.Kind == agent.Exited || e.fromGateway(ev) {
			events = append(events, ev)
		}
	}
	for i, ev := range events {
		switch ev.Kind {
		case agent.Accepted:
			add(GatewayLane, ev.At, goneAt(events[i:], x.Ended), "a connection to an upstream")
		case agent.Answered:
			add(GatewayLane, ev.At, ev.At, "asks for %s", ev.Name)
		}
	}
	for _, ev := range events {
		if what := happened(ev); what != "" {
			add(UpstreamLane, ev.At, ev.At, "%s", what)
		}
	}
	return found
}

// goneAt is when the connection that is accepted first among the events has ended.
func goneAt(events []agent.Event, end time.Duration) time.Duration {
	for _, ev := range events[1:] {
		if ev.Kind == agent.Gone && ev.Host == events[0].Host && ev.Conn == events[0].Conn {
			return ev.At
		}
	}
	return end
}

// happened is an event in a few words, "" for one that says nothing about an exchange.
func happened(ev agent.Event) string {
	switch ev.Kind {
	case agent.Accepted:
		return "accepts a connection"
	case agent.Secured:
		return "TLS: " + ev.Text
	case agent.Request:
		return "reads " + ev.Text
	case agent.Began:
		return "begins " + ev.Verb
	case agent.Sent:
		return fmt.Sprintf("has written %d bytes", ev.N)
	case agent.Gone:
		return "sees the connection end: " + ev.Text
	case agent.Exited:
		return "ends: " + ev.Text
	case agent.Trouble:
		return "cannot go on: " + ev.Text
	case agent.Answered:
		return "the resolver says: " + ev.Text
	}
	return ""
}
