package scenarios_test

import (
	"regexp"
	"slices"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

var localPhrases = []phrase{
	{regexp.MustCompile(`^gives no status: (closed|hang)$`), func(e *harness.Evidence, word []string, _ harness.Policy) {
		e.Outcome, e.Exchange.Response.Status = harness.Outcome(word[1]), 0
	}},
	{regexp.MustCompile(`^lets go of the upstream when its client has left$`), func(e *harness.Evidence, _ []string, _ harness.Policy) {
		e.Exchange.Ended = time.Second
		letGo(e, 100*time.Hour)
	}},
	{regexp.MustCompile(`^keeps the upstream at work when its client has left$`), func(*harness.Evidence, []string, harness.Policy) {}},
}

// letGo is an upstream whose connection the gateway ended after that time.
func letGo(e *harness.Evidence, after time.Duration) {
	worksOn(e)
	if len(e.Hosts) == 0 {
		e.Hosts = []int{0}
	}
	host := first(e)
	e.After.Events = append(e.After.Events, agent.Event{Kind: agent.Gone, Host: host, Peer: agent.NearAddr(host), At: after})
}

// worksOn is one whose connection it did not end.
func worksOn(e *harness.Evidence) {
	e.After.Events = slices.DeleteFunc(slices.Clone(e.After.Events), func(ev agent.Event) bool { return ev.Kind == agent.Gone })
}

var localAlterations = []alteration{
	{"an upstream that works on", worksOn, `^lets go of the upstream`},
	{"an upstream that is let go of, and too early", func(e *harness.Evidence) { letGo(e, time.Millisecond) }, `^(lets go of the upstream|keeps the upstream at work)`},
}
