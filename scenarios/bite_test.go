package scenarios_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
	"github.com/badgateway/badgateway/scenarios"
)

// policies have a value of its own for each timeout, so that none can stand for another.
// ARP gives up after the first one's connect timeout and before the second's.
var policies = map[string]harness.Policy{
	"a short connect timeout": timeouts(1*time.Second, 11*time.Second, 5*time.Second, 8*time.Second),
	"a long connect timeout":  timeouts(13*time.Second, 11*time.Second, 2*time.Second, 6*time.Second),
}

func timeouts(connect, send, read, resolve time.Duration) harness.Policy {
	return harness.Policy{
		Connect: harness.Setting{Directive: "connect", Value: connect}, Send: harness.Setting{Directive: "send", Value: send},
		Client: harness.Setting{Directive: "client", Value: 9 * time.Second},
		Read:   harness.Setting{Directive: "read", Value: read}, Resolve: harness.Setting{Directive: "resolve", Value: resolve},
		Lock: harness.Setting{Directive: "lock", Value: 3 * time.Second}, Hear: harness.Setting{Directive: "hear", Value: 17 * time.Second},
	}
}

// arp is how long Linux looks for a neighbour (arp(7)).
const arp = 3 * time.Second

// upstreamSends are the fields that the upstreams of the catalogue put into answers
// that are to be kept.
var upstreamSends = map[string]string{"Retry-After": "7", "Content-Encoding": "gzip", "WWW-Authenticate": `Basic realm="upload"`}

// A phrase is a kind of check as its title says it in words, and what a gateway that
// keeps it leaves in the evidence. The checks' own functions are not asked.
type phrase struct {
	title *regexp.Regexp
	keep  func(e *harness.Evidence, word []string, p harness.Policy)
}

// orARP is the part of a title that holds where the connect timeout is long.
const orARP = `(, or %s where the connect timeout exceeds ARP's 3 s)?$`

// eitherWord is the one of two words of a title with orARP that holds.
func eitherWord(word []string, p harness.Policy) string {
	if word[3] != "" && p.Connect.Value > arp {
		return word[3]
	}
	return word[1]
}

// phrases are what checks say. Those of one family may be about no other.
var phrases = slices.Concat(anyPhrases, poolPhrases, misconfigPhrases, localPhrases, bodyPhrases, protocolPhrases, edgePhrases, overloadPhrases)

var anyPhrases = []phrase{
	{regexp.MustCompile(`^answers (\d{3})[^,]*` + fmt.Sprintf(orARP, `answers (\d{3})[^,]*`)), func(e *harness.Evidence, word []string, p harness.Policy) {
		e.Outcome, e.Exchange.Response.Status = harness.Answered, number(eitherWord(word, p))
	}},
	{regexp.MustCompile(`^gives (\d{3}) .*, (truncated)$`), func(e *harness.Evidence, word []string, _ harness.Policy) {
		e.Outcome, e.Exchange.Response.Status = harness.Outcome(word[2]), number(word[1])
	}},
	{regexp.MustCompile(`^refuses to start$`), func(e *harness.Evidence, _ []string, _ harness.Policy) {
		e.Outcome, e.Started, e.Startup = harness.DidNotStart, false, []string{"it does not start, see edge.conf:7"}
	}},
	{regexp.MustCompile(`^(ends the exchange in time: |waits for it: at least )(.*)$`), func(e *harness.Evidence, word []string, p harness.Policy) {
		e.Exchange.Ended = inWords(word[2], p) + 3*time.Millisecond
	}},
	{regexp.MustCompile(`^does not reach the upstream$`), func(e *harness.Evidence, _ []string, _ harness.Policy) { attempts(e, 0) }},
	{regexp.MustCompile(`^tries the upstream once$`), func(e *harness.Evidence, _ []string, _ harness.Policy) { attempts(e, 1) }},
	{regexp.MustCompile(`^tries the upstream (\d+) times$`), func(e *harness.Evidence, word []string, _ harness.Policy) { attempts(e, number(word[1])) }},
	{regexp.MustCompile(`^calls it (\w+)` + fmt.Sprintf(orARP, `calls it (\w+)`)), func(e *harness.Evidence, word []string, p harness.Policy) {
		e.Log = []harness.LogLine{{Text: "context"}, {Text: "cause", ErrorType: eitherWord(word, p)}}
	}},
	{regexp.MustCompile(`^logs no error of its own$`), func(*harness.Evidence, []string, harness.Policy) {}},
	{regexp.MustCompile(`^(serves again once the fault is gone|answers the first request after the fault)$`), func(e *harness.Evidence, _ []string, _ harness.Policy) {
		e.Recovery = harness.Recovery{Recovered: true, After: time.Millisecond}
	}},
	{regexp.MustCompile(`^passes on the whole page$`), func(e *harness.Evidence, _ []string, _ harness.Policy) {
		e.Exchange.Response.Tail = []byte(script.Page)
	}},
	{regexp.MustCompile(`^keeps the upstream's (\S+)$`), func(e *harness.Evidence, word []string, _ harness.Policy) {
		e.Exchange.Response.Fields = append(e.Exchange.Response.Fields, agent.Field{Name: word[1], Value: upstreamSends[word[1]]})
	}},
	{regexp.MustCompile(`^keeps its version to itself$`), func(e *harness.Evidence, _ []string, _ harness.Policy) {
		e.Exchange.Response.Fields = append(e.Exchange.Response.Fields, agent.Field{Name: "Server", Value: "edge"})
	}},
	{regexp.MustCompile(`^tells the client the cause in Proxy-Status`), func(e *harness.Evidence, _ []string, _ harness.Policy) {
		e.Exchange.Response.Fields = append(e.Exchange.Response.Fields, agent.Field{Name: "Proxy-Status", Value: "edge.test; error=" + told(e)})
	}},
	{regexp.MustCompile(`^names the line of its configuration that stops it$`), func(*harness.Evidence, []string, harness.Policy) {}},
}

// told is the cause that is in the log, or some cause where a scenario leaves open which.
func told(e *harness.Evidence) string {
	if len(e.Log) == 0 {
		return "proxy_internal_error"
	}
	return e.Log[len(e.Log)-1].ErrorType
}

func number(s string) int { n, _ := strconv.Atoi(s); return n }

// inWords is the time that a title speaks of.
func inWords(text string, policy harness.Policy) time.Duration {
	factor := 1.0
	fmt.Sscanf(text, "%g x ", &factor)
	if strings.Contains(text, "until ARP has failed") {
		return min(policy.Connect.Value, arp)
	}
	if strings.Contains(text, "the shorter of the connect timeout and the read timeout") {
		return time.Duration(factor * float64(min(policy.Connect.Value, policy.Read.Value)))
	}
	for words, d := range map[string]time.Duration{
		"at once": 0, "connect timeout": policy.Connect.Value, "read timeout": policy.Read.Value, "send timeout": policy.Send.Value, "client's timeout": policy.Client.Value, "resolver's timeout": policy.Resolve.Value,
		"cache lock's timeout": policy.Lock.Value, "timeout for a request's header": policy.Hear.Value,
	} {
		if strings.Contains(text, words) {
			return time.Duration(factor * float64(d))
		}
	}
	panic("no time is called " + text)
}

func attempts(e *harness.Evidence, n int) {
	e.Before.Hosts, e.After.Hosts = []agent.HostView{{Attempts: 3}}, []agent.HostView{{Attempts: 3 + n}}
}

// ideal is what is seen of a gateway that keeps every word of a scenario's promise.
func ideal(t *testing.T, s harness.Scenario, policy harness.Policy) *harness.Evidence {
	t.Helper()
	e := &harness.Evidence{Started: true, Baseline: time.Millisecond}
	e.After.Late = 200 * time.Microsecond
	e.Exchange.Response = agent.Response{Whole: true, Bytes: 1}
	attempts(e, 1)
	for _, c := range s.Expect {
		understood := false
		for _, p := range phrases {
			if word := p.title.FindStringSubmatch(c.Title); word != nil {
				understood = true
				p.keep(e, word, policy)
			}
		}
		if !understood {
			t.Fatalf("%s: this test does not know what it means that the gateway %q", s.ID, c.Title)
		}
	}
	return e
}

// An alteration is one thing that a gateway does wrong. It breaks the checks whose title
// matches, and no others.
type alteration struct {
	name   string
	alter  func(e *harness.Evidence)
	breaks string
}

var alterations = slices.Concat(anyAlterations, poolAlterations, misconfigAlterations, bodyAlterations, protocolAlterations, edgeAlterations, overloadAlterations, localAlterations)

var anyAlterations = []alteration{
	{"another status", func(e *harness.Evidence) { e.Exchange.Response.Status = 418 }, ofStatus},
	{"the status of the other timeout", func(e *harness.Evidence) { e.Exchange.Response.Status++ }, ofStatus},
	{"a hang", becomes(harness.Hang), ofAnswer},
	{"nothing at all", becomes(harness.Closed), ofAnswer},
	{"garbage", becomes(harness.RawBytes), ofAnswer},
	{"a cut that cannot be seen", becomes(harness.SilentlyTruncated), ofAnswer},
	{"a cut that can be seen", becomes(harness.Truncated), ofAnswer},
	{"a start in spite of all", func(e *harness.Evidence) {
		if e.Outcome == harness.DidNotStart {
			e.Outcome, e.Started, e.Exchange.Response.Status = harness.Answered, true, 200
		}
	}, `^refuses`},
	{"a silent refusal to start", func(e *harness.Evidence) { e.Startup = nil }, `^refuses`},
	{"an hour too late", func(e *harness.Evidence) { e.Exchange.Ended += time.Hour }, `^ends the exchange in time`},
	{"a timeout too late", func(e *harness.Evidence) { e.Exchange.Ended += 2 * time.Second }, `^ends the exchange in time`},
	{"at once", func(e *harness.Evidence) { e.Exchange.Ended = time.Millisecond }, `^(ends the exchange in time|waits for it).*timeout`},
	{"a little too early", func(e *harness.Evidence) { e.Exchange.Ended = max(e.Exchange.Ended-10*time.Millisecond, 0) }, `^(ends the exchange in time|waits for it).*timeout`},
	{"one more attempt", func(e *harness.Evidence) { e.After.Hosts[0].Attempts++ }, `^(tries|does not reach) the upstream`},
	{"one attempt less", func(e *harness.Evidence) { e.After.Hosts[0].Attempts-- }, `^(tries|does not reach) the upstream`},
	{"no recovery", func(e *harness.Evidence) { e.Recovery = harness.Recovery{Failed: 9, Last: "502"} }, `^(serves again once|answers the first)`},
	{"a late recovery", func(e *harness.Evidence) { e.Recovery.Failed = 1 }, `^answers the first`},
	{"no word of a cause", func(e *harness.Evidence) { e.Log = nil; drop(e, "Proxy-Status") }, `^calls it`},
	{"a wrong cause", func(e *harness.Evidence) {
		e.Log = append([]harness.LogLine{{ErrorType: "proxy_internal_response"}}, e.Log...)
	}, `^(calls it|logs no error)`},
	{"a body that is lost", func(e *harness.Evidence) { e.Exchange.Response.Tail = nil }, `^passes on`},
	{"a field that is lost", func(e *harness.Evidence) { drop(e, "Retry-After") }, `^keeps the upstream's Retry-After`},
	{"a field that is changed", func(e *harness.Evidence) {
		for i := range e.Exchange.Response.Fields {
			e.Exchange.Response.Fields[i].Value += "0"
		}
	}, `^(keeps the upstream's|gives the field)`},
}

// becomes is another outcome than the one that is ideal.
func becomes(o harness.Outcome) func(*harness.Evidence) {
	return func(e *harness.Evidence) {
		if e.Outcome == o {
			e.Outcome = harness.Answered
			return
		}
		e.Outcome = o
	}
}

const (
	ofAnswer = `^(answers \d|gives (\d|no status)|refuses)`
	ofStatus = `^(answers \d|gives (\d|no status))`
)

func drop(e *harness.Evidence, name string) {
	var rest []agent.Field
	for _, f := range e.Exchange.Response.Fields {
		if f.Name != name {
			rest = append(rest, f)
		}
	}
	e.Exchange.Response.Fields = rest
}

// Each scenario is kept by a gateway that does as it says, and each Must and Should of
// it is broken by a gateway that does something else.
func TestEveryScenarioBites(t *testing.T) {
	useful := map[string]bool{}
	for name, policy := range policies {
		for _, s := range scenarios.All() {
			t.Run(s.ID+" with "+name, func(t *testing.T) {
				for _, f := range harness.Judge(s, nil, policy, ideal(t, s, policy)) {
					if !f.Held {
						t.Errorf("an ideal gateway is not seen to keep that it %s: %s", f.Check, f.Saw)
					}
				}
				broken := map[string]bool{}
				for _, a := range alterations {
					for _, check := range a.broken(t, s, policy) {
						broken[check], useful[a.name] = true, true
					}
				}
				for _, c := range s.Expect {
					if c.Strength != harness.Note && !broken[c.Title] {
						t.Errorf("nothing that a gateway does wrong breaks the check that it %s", c.Title)
					}
				}
			})
		}
	}
	for _, a := range alterations {
		if !useful[a.name] {
			t.Errorf("the alteration %q breaks nothing in the whole catalogue", a.name)
		}
	}
}

// broken returns the checks that the alteration breaks, which have to be those that it
// says, and no others.
func (a alteration) broken(t *testing.T, s harness.Scenario, p harness.Policy) (broken []string) {
	t.Helper()
	e := ideal(t, s, p)
	a.alter(e)
	for _, f := range harness.Judge(s, nil, p, e) {
		if f.Strength == harness.Note {
			continue
		}
		should := regexp.MustCompile(a.breaks).MatchString(f.Check)
		if f.Held == should || f.Doubt {
			t.Errorf("%s: that the gateway %q held: %v, doubt: %v; %s", a.name, f.Check, f.Held, f.Doubt, f.Saw)
		}
		if should {
			broken = append(broken, f.Check)
		}
	}
	return broken
}

// A note is broken without any other finding, and so without a change of the verdict.
func TestNotesStandForThemselves(t *testing.T) {
	notes := 0
	for _, s := range scenarios.All() {
		policy := policies["a short connect timeout"]
		e := ideal(t, s, policy)
		drop(e, "Server")
		drop(e, "Proxy-Status")
		e.Exchange.Response.Fields = append(e.Exchange.Response.Fields, agent.Field{Name: "Server", Value: "edge/1.2.3"})
		if e.Startup != nil {
			e.Startup = []string{"no idea why"}
		}
		for _, f := range harness.Judge(s, nil, policy, e) {
			if f.Held == (f.Strength == harness.Note) {
				t.Errorf("%s: without what notes ask for, %s %q held: %v", s.ID, f.Strength, f.Check, f.Held)
			}
			if f.Strength == harness.Note {
				notes++
			}
		}
	}
	if notes == 0 {
		t.Error("there are no notes")
	}
}
