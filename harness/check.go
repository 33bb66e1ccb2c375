package harness

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// Strength says what a check that does not hold means.
type Strength int

// The strengths.
const (
	Must   Strength = iota // the cell fails
	Should                 // the cell warns
	Note                   // it is reported, no more
)

func (s Strength) String() string { return [...]string{"must", "should", "note"}[s] }

// MarshalText writes the word.
func (s Strength) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the word.
func (s *Strength) UnmarshalText(text []byte) error {
	for v := Must; v <= Note; v++ {
		if v.String() == string(text) {
			*s = v
			return nil
		}
	}
	return fmt.Errorf("no strength is called %q", text)
}

// A Check is one expectation. It is a pure function of policy and evidence.
type Check struct {
	Strength Strength
	Title    string // completes "the gateway ..."
	Term     *Term  // the time that it speaks of, nil if of none
	Log      bool   // it is about what the gateway logs, which comes by another way than the answer
	Failure  bool   // it is of an outcome about which a gateway may have something to log
	// Rule names the rule that it is of, "" where it is of a scenario; Cite what it rests on.
	Rule, Cite string
	// Judge returns nil, or what was seen instead. A Doubt says that the evidence
	// does not suffice.
	Judge func(Policy, *Evidence) error
}

// A Breach is an error of a check that knows which line is to blame, and what would help.
type Breach struct {
	Saw string
	At  *Position // nil where nothing is written
	Try string
	// Certain says that it follows from what is written, so that no machine is the reason.
	Certain bool
}

func (b *Breach) Error() string { return b.Saw }

// Doubt is an error of a check that could not be judged.
type Doubt string

func (d Doubt) Error() string { return string(d) }

// Should and Note weaken a check.
func (c Check) Should() Check { c.Strength = Should; return c }

// Note weakens a check to a remark.
func (c Check) Note() Check { c.Strength = Note; return c }

func statusText(status int) string {
	if text := http.StatusText(status); text != "" {
		return fmt.Sprintf("%d %s", status, text)
	}
	return fmt.Sprint(status)
}

// Saw says in a few words what the visitor got.
func (e *Evidence) Saw() string {
	switch e.Outcome {
	case Answered:
		return statusText(e.Exchange.Response.Status)
	case Truncated, SilentlyTruncated, Repaired, Hang:
		if s := e.Exchange.Response.Status; s != 0 {
			return fmt.Sprintf("%s, %s", statusText(s), e.Outcome)
		}
	case DidNotStart:
		return "no gateway: it did not start"
	}
	return string(e.Outcome)
}

func checkOutcome(title string, failure bool, holds func(*Evidence) bool) Check {
	return Check{Title: title, Failure: failure, Judge: func(_ Policy, e *Evidence) error {
		if holds(e) {
			return nil
		}
		return errors.New("the client saw " + e.Saw())
	}}
}

// Answers: a whole response with that status.
func Answers(status int) Check {
	return checkOutcome("answers "+statusText(status), status/100 == 5, func(e *Evidence) bool {
		return e.Outcome == Answered && e.Exchange.Response.Status == status
	})
}

// Ends: that outcome after that status, 0 for none.
func Ends(status int, outcome Outcome) Check {
	title := fmt.Sprintf("gives no status: %s", outcome)
	if status != 0 {
		title = fmt.Sprintf("gives %s, %s", statusText(status), outcome)
	}
	return checkOutcome(title, true, func(e *Evidence) bool {
		return e.Outcome == outcome && e.Exchange.Response.Status == status
	})
}

// RefusesToStart: there is no gateway, and it said why.
func RefusesToStart() Check {
	return checkOutcome("refuses to start", false, func(e *Evidence) bool {
		return e.Outcome == DidNotStart && len(e.Startup) > 0
	})
}

// AnswersInTime: the exchange ends when that time of the policy is over, and not
// later than the slack that was measured meanwhile.
func AnswersInTime(t Term) Check {
	return Check{Title: "ends the exchange in time: " + t.Text, Term: &t, Judge: func(p Policy, e *Evidence) error {
		return inTime(t.Of(p), p, e)
	}}
}

// earlyBy is how much sooner than its timeout an event loop may act: it counts in
// milliseconds from a time that it cached before the request came in.
const earlyBy = 2 * time.Millisecond

func inTime(want time.Duration, p Policy, e *Evidence) error {
	got, slack, most := e.Exchange.Ended, e.Slack(p, want), shortest(p)/2
	latest := want + min(slack, most) + e.dying()
	if got >= want-earlyBy && got <= latest {
		return nil
	}
	err := fmt.Errorf("it took %v, expected %v to %v", milliseconds(got), want, milliseconds(latest))
	if got > latest && got < want+most+e.dying() { // later than that machine is, sooner than any other time of the policy
		return Doubt(fmt.Sprintf("%v, and the machine may be the reason: %s", err, e.heard()))
	}
	return err
}

func milliseconds(d time.Duration) time.Duration { return d.Round(time.Millisecond) }

// shortest is the smallest timeout of a policy: what must be told apart from at once.
func shortest(p Policy) time.Duration {
	least := time.Duration(0)
	for _, s := range []Setting{p.Connect, p.Read, p.Resolve} {
		if s.Value > 0 && (least == 0 || s.Value < least) {
			least = s.Value
		}
	}
	return least
}

// TakesAtLeast: the exchange does not end before that time of the policy.
func TakesAtLeast(t Term) Check {
	return Check{Title: "waits for it: at least " + t.Text, Term: &t, Judge: func(p Policy, e *Evidence) error {
		if want := t.Of(p); e.Exchange.Ended < want-earlyBy {
			return fmt.Errorf("it took %v, expected at least %v", milliseconds(e.Exchange.Ended), want)
		}
		return nil
	}}
}

// Tries: the gateway opens that many connections to the upstream for one request.
func Tries(n int) Check {
	title := fmt.Sprintf("tries the upstream %d times", n)
	switch n {
	case 0:
		title = "does not reach the upstream"
	case 1:
		title = "tries the upstream once"
	}
	return Check{Title: title, Judge: func(_ Policy, e *Evidence) error {
		if got := e.Attempts(); got != n {
			return fmt.Errorf("%d connections were begun", got)
		}
		return nil
	}}
}

// Names: the gateway's own words come to that RFC 9209 error type, "" for none.
func Names(errorType string) Check {
	title := "calls it " + errorType
	if errorType == "" {
		title = "logs no error of its own"
	}
	return Check{Strength: Should, Title: title, Log: errorType != "", Judge: func(_ Policy, e *Evidence) error {
		got := e.ErrorType()
		if got == errorType {
			return nil
		}
		if got == "" {
			return errors.New("neither its log nor a Proxy-Status field names a cause")
		}
		return errors.New("it says " + got)
	}}
}

// Recovers: service is back once the fault is gone.
func Recovers() Check {
	return Check{Title: "serves again once the fault is gone", Judge: func(_ Policy, e *Evidence) error {
		if e.Recovery.Recovered {
			return nil
		}
		return fmt.Errorf("%d requests failed, the last with: %s", e.Recovery.Failed, e.Recovery.Last)
	}}
}

// RecoversAtOnce: the first request after the fault is answered.
func RecoversAtOnce() Check {
	return Check{Title: "answers the first request after the fault", Judge: func(_ Policy, e *Evidence) error {
		if r := e.Recovery; r.Failed > 0 {
			return fmt.Errorf("%d requests failed, the last with: %s", r.Failed, r.Last)
		}
		return nil
	}}
}

// Keeps: a field of the upstream's answer reaches the client.
func Keeps(field, value string) Check {
	return Check{Title: "keeps the upstream's " + field, Judge: func(_ Policy, e *Evidence) error {
		if got := e.Exchange.Response.Get(field); got != value {
			return fmt.Errorf("the client saw %s: %q, the upstream sent %q", field, got, value)
		}
		return nil
	}}
}

// KeepsPage: the upstream's page reaches the client to its last line.
func KeepsPage() Check {
	return Check{Title: "passes on the whole page", Judge: func(_ Policy, e *Evidence) error {
		return wholePage(e.Exchange.Response)
	}}
}

// wholePage returns nil where a body ends as the upstream's page does, or how it ends.
func wholePage(r agent.Response) error {
	if !bytes.HasSuffix(r.Tail, []byte(script.LastLine)) {
		return fmt.Errorf("it ended with %.40q", r.Tail[max(0, len(r.Tail)-40):])
	}
	return nil
}

// HidesVersion: the answer does not tell strangers which version to attack.
func HidesVersion() Check {
	return Check{Strength: Note, Title: "keeps its version to itself", Judge: func(_ Policy, e *Evidence) error {
		if server := e.Exchange.Response.Get("Server"); strings.ContainsAny(server, "0123456789") {
			return fmt.Errorf("the answer says Server: %s", server)
		}
		return nil
	}}
}

// TellsClient: the answer carries the cause, as RFC 9209 offers.
func TellsClient() Check {
	return Check{Strength: Note, Title: "tells the client the cause in Proxy-Status (RFC 9209)", Judge: func(_ Policy, e *Evidence) error {
		if proxyStatusError(e.Exchange.Response.Fields) == "" {
			return errors.New("the answer has no Proxy-Status field with an error")
		}
		return nil
	}}
}

// NamesItsLine: where the gateway does not start, its log leads to the line to change.
func NamesItsLine() Check {
	return Check{Strength: Note, Title: "names the line of its configuration that stops it", Judge: func(_ Policy, e *Evidence) error {
		for _, l := range e.Startup {
			if lineOfConfiguration.MatchString(l) {
				return nil
			}
		}
		return errors.New("no line of its log names one")
	}}
}

// lineOfConfiguration is how programs write a file and a line: nginx.conf:21.
var lineOfConfiguration = regexp.MustCompile(`[\w-]\.(conf|cfg|json|ya?ml|toml):\d+`)

// proxyStatusError finds the error parameter of the last member of the Proxy-Status
// fields, whose lines are one list: the proxy nearest to the client (RFC 9209 2).
func proxyStatusError(fields []agent.Field) string {
	var lines []string
	for _, f := range fields {
		if strings.EqualFold(f.Name, "Proxy-Status") {
			lines = append(lines, f.Value)
		}
	}
	members := splitOutsideQuotes(strings.Join(lines, ","), ',')
	for _, param := range splitOutsideQuotes(members[len(members)-1], ';')[1:] { // after its name
		if name, ok := strings.CutPrefix(strings.TrimSpace(param), "error="); ok {
			return name
		}
	}
	return ""
}

// splitOutsideQuotes splits a structured field (RFC 8941) where the separator is not
// part of a quoted string.
func splitOutsideQuotes(s string, separator byte) (parts []string) {
	quoted, from := false, 0
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == separator && !quoted:
			parts, from = append(parts, s[from:i]), i+1
		}
	}
	return append(parts, s[from:])
}
