package scenarios_test

import (
	"regexp"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

var protocolPhrases = []phrase{
	{regexp.MustCompile(`^gives (\d{3}) .*, (silently-truncated)$`), func(e *harness.Evidence, word []string, _ harness.Policy) {
		e.Outcome, e.Exchange.Response.Status = harness.SilentlyTruncated, number(word[1])
	}},
	{regexp.MustCompile(`^gives no status: (.*)$`), func(e *harness.Evidence, word []string, _ harness.Policy) {
		e.Outcome, e.Exchange.Response.Status = harness.Outcome(word[1]), 0
	}},
	{regexp.MustCompile(`^keeps the upstream's grpc-status (\d+)$`), func(e *harness.Evidence, word []string, _ harness.Policy) {
		e.Exchange.Response.Fields = append(e.Exchange.Response.Fields, agent.Field{Name: "grpc-status", Value: word[1]})
	}},
	{regexp.MustCompile(`^makes up no grpc-status$`), func(*harness.Evidence, []string, harness.Policy) {}},
}

var protocolAlterations = []alteration{
	{"a grpc-status that is lost", func(e *harness.Evidence) { drop(e, "grpc-status") }, `^keeps the upstream's grpc-status`},
	{"a grpc-status of its own", func(e *harness.Evidence) {
		drop(e, "grpc-status")
		e.Exchange.Response.Fields = append(e.Exchange.Response.Fields, agent.Field{Name: "grpc-status", Value: "2"})
	}, `^(keeps the upstream's|makes up no) grpc-status`},
}
