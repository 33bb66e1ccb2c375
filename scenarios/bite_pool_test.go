package scenarios_test

import (
	"regexp"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

var poolPhrases = []phrase{
	{regexp.MustCompile(`^sends the request once$`), func(e *harness.Evidence, _ []string, _ harness.Policy) { requests(e, 1) }},
	{regexp.MustCompile(`^sends the request (\d+) times$`), func(e *harness.Evidence, word []string, _ harness.Policy) { requests(e, number(word[1])) }},
	{regexp.MustCompile(`^lets the visitor help himself: (.*)$`), func(e *harness.Evidence, word []string, _ harness.Policy) { e.Helps = harness.Remedy(word[1]) }},
	{regexp.MustCompile(`^serves again once fail_timeout is over`), func(e *harness.Evidence, _ []string, p harness.Policy) {
		e.Recovery = harness.Recovery{Recovered: true, Failed: 7, Last: "502", After: p.Retry.Grudge}
	}},
}

// requests came to the first host.
func requests(e *harness.Evidence, n int) {
	e.Hosts, e.After.Events = []int{0}, nil
	for range n {
		e.After.Events = append(e.After.Events, agent.Event{Kind: agent.Request, Text: "POST /"})
	}
}

var poolAlterations = []alteration{
	{"one more sending", func(e *harness.Evidence) {
		e.After.Events = append(e.After.Events, agent.Event{Kind: agent.Request, Host: first(e)})
	}, `^sends the request`},
	{"nothing sent", func(e *harness.Evidence) { e.After.Events = nil }, `^(sends the request (once|[1-9])|lets go of the upstream)`},
	{"help from a refresh that is not said", func(e *harness.Evidence) {
		if e.Helps != harness.Refresh {
			e.Helps = harness.Refresh
		} else {
			e.Helps = harness.Reconnect
		}
	}, `^lets the visitor help himself`},
	{"no help", func(e *harness.Evidence) { e.Helps = harness.Repair }, `^lets the visitor help himself`},
	{"no need of help", func(e *harness.Evidence) { e.Helps = harness.NoRemedy }, `^lets the visitor help himself`},
	{"forgiveness at once", func(e *harness.Evidence) { e.Recovery.Failed = 0 }, `^(serves again once fail_timeout|does not serve the first request)`},
	{"forgiveness two seconds late", func(e *harness.Evidence) { e.Recovery.After += 2 * time.Second }, `^serves again once fail_timeout`},
}

// first is a host that the evidence is of, if it is of any.
func first(e *harness.Evidence) int {
	if len(e.Hosts) == 0 {
		return 0
	}
	return e.Hosts[0]
}
