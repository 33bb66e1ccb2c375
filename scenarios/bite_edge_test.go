package scenarios_test

import (
	"regexp"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

var edgePhrases = []phrase{
	{regexp.MustCompile(`^gives (\d{3}) .*, (silently-truncated)$`), func(e *harness.Evidence, word []string, _ harness.Policy) {
		e.Outcome, e.Exchange.Response.Status = harness.Outcome(word[2]), number(word[1])
	}},
	{regexp.MustCompile(`^gives the field (X-Cache): (\w+)$`), func(e *harness.Evidence, word []string, _ harness.Policy) {
		e.Exchange.Response.Fields = append(e.Exchange.Response.Fields, agent.Field{Name: word[1], Value: word[2]})
	}},
	{regexp.MustCompile(`^does not serve the first request after the fault$`), func(e *harness.Evidence, _ []string, _ harness.Policy) {
		e.Recovery.Failed, e.Recovery.Last = 1, "the same"
	}},
}

var edgeAlterations = []alteration{
	{"no word of the cache", func(e *harness.Evidence) { drop(e, "X-Cache") }, `^gives the field X-Cache: `},
	{"another word of the cache", func(e *harness.Evidence) {
		drop(e, "X-Cache")
		e.Exchange.Response.Fields = append(e.Exchange.Response.Fields, agent.Field{Name: "X-Cache", Value: "-"})
	}, `^gives the field X-Cache: `},
}
