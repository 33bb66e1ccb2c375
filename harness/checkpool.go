package harness

import (
	"errors"
	"fmt"
	"time"
)

// Sends: the request comes to upstreams that many times, whole.
func Sends(n int) Check {
	title := fmt.Sprintf("sends the request %d times", n)
	if n == 1 {
		title = "sends the request once"
	}
	return Check{Title: title, Judge: func(_ Policy, e *Evidence) error {
		if got := e.Requests(); got != n {
			return fmt.Errorf("upstreams read it %s", times1(got))
		}
		return nil
	}}
}

func times1(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// SendsOnce: a request that may have been carried out is not sent again, as a proxy must not
// do with a method that is not idempotent.
func SendsOnce() Check {
	c := Sends(1)
	c.Cite = "RFC 9110 9.2.2"
	return c
}

// HelpedBy: with the fault in place that is the least that helps the visitor.
func HelpedBy(r Remedy) Check {
	return Check{Title: "lets the visitor help himself: " + string(r), Judge: func(_ Policy, e *Evidence) error {
		switch e.Helps {
		case r:
			return nil
		case NoRemedy:
			return errors.New("there was nothing to help")
		case Repair:
			const vain = "nothing that a visitor can do helped"
			if e.GaveUp {
				return Doubt(vain + ", but he gave up soon")
			}
			return errors.New(vain)
		}
		return fmt.Errorf("what helped was: %s", e.Helps)
	}}
}

// Forgives: servers that are well again are asked once the time is over for which the policy
// leaves them alone, and not before.
func Forgives() Check {
	return Check{Title: "serves again once fail_timeout is over, and not before", Judge: func(p Policy, e *Evidence) error {
		r, want := e.Recovery, p.Retry.Grudge
		latest := want + wholeSecond + r.Pace + e.Slack(p, want)
		switch {
		case !r.Recovered:
			return fmt.Errorf("%d requests failed, the last with: %s", r.Failed, r.Last)
		case r.Failed == 0 && r.Asked > want:
			return Doubt(fmt.Sprintf("nobody asked before %v were over, and the machine may be the reason", milliseconds(r.Asked)))
		case r.Failed == 0:
			return errors.New("it asked them at once")
		case r.After > latest:
			return fmt.Errorf("it took %v, expected at most %v", milliseconds(r.After), milliseconds(latest))
		}
		return nil
	}}
}

// wholeSecond is how much longer a grudge may be felt: it is counted in whole seconds, which
// have to be exceeded.
const wholeSecond = time.Second
