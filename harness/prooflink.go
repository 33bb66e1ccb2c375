package harness

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

// linkDown: the gateway's end of the link had no carrier, before and after.
func linkDown(e *Evidence) (string, error) {
	for _, v := range []agent.HostView{e.before(), e.after()} {
		if s := v.Link.State; s != "lower-layer-down" && s != "down" {
			return "", fmt.Errorf("the gateway's end of the link was %q", s)
		}
	}
	return "the gateway's end of the link had no carrier", nil
}

// narrowed: bytes of the exchange passed the queue and had to wait there.
func narrowed(e *Evidence) (string, error) {
	before, after := e.before().Link, e.after().Link
	waits, passed := after.Overlimits-before.Overlimits, after.Passed-before.Passed
	if waits < 1 || passed < 1 {
		return "", errors.New("nothing had to wait in the queue of the upstream's link")
	}
	return fmt.Sprintf("%d bytes passed the queue of its link, which had to wait %s", passed, plural(int(waits), "time")), nil
}

// delayed: frames were held back, the gateway's among them, and the connection stood no
// sooner than three of them take: the SYN, its answer and the acknowledgement of that. One
// that never stood tells nothing against it. That the gateway's was among them is known by
// its SYN, or where that was still on its way when it gave up, by its own word: netem
// counts whatever passes, ARP too.
func delayed(each time.Duration) Proof {
	return func(e *Evidence) (string, error) {
		n := e.after().Link.Delayed - e.before().Link.Delayed
		if n < 1 {
			return "", errors.New("the link held back no frame")
		}
		if e.Attempts() < 1 {
			if _, err := notConnected(e); err != nil {
				return "", fmt.Errorf("the link held back %s, and whether the gateway's is not known: %w", plural(int(n), "frame"), err)
			}
		}
		said := "its link held back " + plural(int(n), "frame")
		ev := e.event(agent.Accepted, e.fromGateway)
		if ev == nil {
			return said + ", and no connection was there in time", nil
		}
		took := ev.At - e.Exchange.Began
		if took < 3*each {
			return "", fmt.Errorf("the connection was there after %v, sooner than the delay of %v allows", milliseconds(took), each)
		}
		return fmt.Sprintf("%s, the connection was there after %v", said, milliseconds(took)), nil
	}
}

// looksUp: who looked for a route to the upstream got that errno, before and after, and
// no SYN came to the host meanwhile.
func looksUp(errno string) Proof {
	return func(e *Evidence) (string, error) {
		for _, v := range []agent.HostView{e.before(), e.after()} {
			if v.Route != errno {
				return "", fmt.Errorf("the gateway's kernel did not say %s of the route to the upstream (it said %q)", errno, v.Route)
			}
		}
		if n := e.Attempts(); n > 0 {
			return "", fmt.Errorf("%s came to the upstream's host", plural(n, "SYN"))
		}
		return fmt.Sprintf("the gateway's kernel said %s of the route, and no SYN left", errno), nil
	}
}

// unrouted: the kernel counted packets that it had no route for.
func unrouted(e *Evidence) (string, error) {
	n := e.After.NoRoutes - e.Before.NoRoutes
	if n < 1 {
		return "", errors.New("the gateway's kernel was asked for no route that it has not (IpOutNoRoutes)")
	}
	return fmt.Sprintf("it had no route for %s (IpOutNoRoutes)", plural(int(n), "packet")), nil
}

// notConnected: the gateway says of the visitor's own request that it failed where a
// connection is made. For EACCES no kernel keeps a counter: connect(2) returns before
// there is a packet, so nothing that sits on a packet's way can see it. What is left is
// that the route said so at both ends of the exchange, that no SYN came, and the gateway's
// word that it tried. A gateway that keeps silent leaves it unproven.
func notConnected(e *Evidence) (string, error) {
	if !slices.ContainsFunc(e.Log, func(l LogLine) bool { return l.Phase == PhaseConnect }) {
		return "", errors.New("the gateway does not say that it tried to connect for the visitor")
	}
	return "the gateway's log has the visitor's request fail in connecting", nil
}
