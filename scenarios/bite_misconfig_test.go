package scenarios_test

import (
	"regexp"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

var misconfigPhrases = []phrase{
	{regexp.MustCompile(`^shows a page of its own$`), func(e *harness.Evidence, _ []string, _ harness.Policy) {
		e.Exchange.Response.Body, e.Exchange.Response.Start = 12, []byte("we are sorry")
	}},
	{regexp.MustCompile(`^loses its (\S+)$`), func(e *harness.Evidence, word []string, _ harness.Policy) {
		e.Healthy.Fields = append(e.Healthy.Fields, agent.Field{Name: word[1], Value: "*"})
	}},
	{regexp.MustCompile(`^loses the upstream's (\S+)$`), func(*harness.Evidence, []string, harness.Policy) {}},
}

var misconfigAlterations = []alteration{
	{"the upstream's page", func(e *harness.Evidence) {
		e.Exchange.Response.Body, e.Exchange.Response.Start = len(script.Page), []byte(script.FirstLine)
	}, `^shows a page of its own`},
	{"no page at all", func(e *harness.Evidence) { e.Exchange.Response.Body = 0 }, `^shows a page of its own`},
	{"a field that is kept", func(e *harness.Evidence) {
		for _, name := range []string{"Access-Control-Allow-Origin", "Retry-After"} {
			drop(e, name) // the first counts
			e.Exchange.Response.Fields = append(e.Exchange.Response.Fields, agent.Field{Name: name, Value: "7"})
		}
	}, `^loses (its|the upstream's) `},
	{"a field that was never there", func(e *harness.Evidence) { e.Healthy.Fields = nil }, `^loses its `},
}
