// Package matchers lets Gomega speak of gateways:
//
//	Expect(bay.While(ctx, faults.SYNDropped)).To(SatisfyAll(
//		BeGatewayTimeout(), AnswerWithin(bay.Policy.Connect), HaveReachedUpstream(1)))
//
// The actual value is a *harness.Evidence, as harness.Bay.While returns it. The package
// starts nothing and waits for nothing.
package matchers

import (
	"fmt"
	"strings"
	"time"

	"github.com/onsi/gomega/types"

	"github.com/badgateway/badgateway/harness"
)

// BeBadGateway succeeds on a whole answer with status 502.
func BeBadGateway() types.GomegaMatcher { return BeAnswered(502) }

// BeGatewayTimeout succeeds on a whole answer with status 504.
func BeGatewayTimeout() types.GomegaMatcher { return BeAnswered(504) }

// BeAnswered succeeds on a whole answer with that status.
func BeAnswered(status int) types.GomegaMatcher {
	return judged(fmt.Sprintf("be answered with %d", status), harness.Answers(status))
}

// EndAs succeeds on that outcome after that status, 0 for none.
func EndAs(outcome harness.Outcome, status int) types.GomegaMatcher {
	return judged(fmt.Sprintf("end as %s after status %d", outcome, status), harness.Ends(status, outcome))
}

// HaveReachedUpstream succeeds when the gateway began n connections to the upstream.
func HaveReachedUpstream(n int) types.GomegaMatcher {
	return judged(fmt.Sprintf("have reached the upstream %d times", n), harness.Tries(n))
}

// NameTheCause succeeds when the gateway's log, or its Proxy-Status, comes to that
// error type of RFC 9209 section 2.3.
func NameTheCause(errorType string) types.GomegaMatcher {
	return judged("name the cause "+errorType, harness.Names(errorType))
}

// Recover succeeds when the gateway served again once the fault was gone.
func Recover() types.GomegaMatcher { return judged("recover", harness.Recovers()) }

// AnswerWithin succeeds when the exchange ended by the time that the setting allows,
// or within the slack that was measured beside it.
func AnswerWithin(s harness.Setting) types.GomegaMatcher {
	return matcher("answer within "+s.String(), func(e *harness.Evidence) error {
		latest := s.Value + e.Slack(harness.Policy{Read: s}, s.Value)
		if e.Exchange.Ended > latest {
			return fmt.Errorf("it took %v, the latest is %v", e.Exchange.Ended.Round(time.Millisecond), latest.Round(time.Millisecond))
		}
		return nil
	})
}

// AnswerAfter succeeds when the exchange did not end before the time of the setting.
func AnswerAfter(s harness.Setting) types.GomegaMatcher {
	least := harness.TakesAtLeast(harness.Term{Of: func(harness.Policy) time.Duration { return s.Value }})
	return judged("answer after "+s.String(), least)
}

// judged makes a matcher of a check that needs no policy.
func judged(to string, c harness.Check) types.GomegaMatcher {
	return matcher(to, func(e *harness.Evidence) error { return c.Judge(harness.Policy{}, e) })
}

func matcher(to string, judge func(*harness.Evidence) error) types.GomegaMatcher {
	return &verdict{to: to, judge: judge}
}

// verdict is a types.GomegaMatcher that remembers what it saw.
type verdict struct {
	to    string
	judge func(*harness.Evidence) error
	saw   error
}

func (v *verdict) Match(actual any) (bool, error) {
	e, ok := actual.(*harness.Evidence)
	if !ok || e == nil {
		return false, fmt.Errorf("expected a *harness.Evidence, as Bay.While returns it, not %T %v", actual, actual)
	}
	v.saw = v.judge(e)
	return v.saw == nil, nil
}

func (v *verdict) FailureMessage(actual any) string {
	said := v.saw.Error()
	if saw := actual.(*harness.Evidence).Saw(); !strings.Contains(said, saw) {
		said += " (the client saw " + saw + ")"
	}
	return fmt.Sprintf("Expected the gateway to %s, but %s", v.to, said)
}

func (v *verdict) NegatedFailureMessage(any) string {
	return "Expected the gateway not to " + v.to + ", but it did"
}
