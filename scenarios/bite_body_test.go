package scenarios_test

import (
	"regexp"

	"github.com/badgateway/badgateway/harness"
)

var bodyPhrases = []phrase{
	{regexp.MustCompile(`^answers (502) Bad Gateway, or 200 OK with `), func(e *harness.Evidence, word []string, _ harness.Policy) {
		e.Outcome, e.Exchange.Response.Status = harness.Answered, number(word[1])
	}},
	{regexp.MustCompile(`^gives (\d{3}) .*, (repaired|silently-truncated)$`), func(e *harness.Evidence, word []string, _ harness.Policy) {
		e.Outcome, e.Exchange.Response.Status = harness.Outcome(word[2]), number(word[1])
	}},
	{regexp.MustCompile(`^gives no status: (left)$`), func(e *harness.Evidence, word []string, _ harness.Policy) {
		e.Outcome = harness.Outcome(word[1])
	}},
	{regexp.MustCompile(`^sends nothing after the answer$`), func(*harness.Evidence, []string, harness.Policy) {}},
	{regexp.MustCompile(`^tells the client before it has sent its body$`), func(e *harness.Evidence, _ []string, _ harness.Policy) {
		e.Exchange.Sent, e.Exchange.Head = 99, 99
	}},
}

var bodyAlterations = []alteration{
	{"a whole answer made of none", becomes(harness.Repaired), ofAnswer},
	{"nobody left to answer", becomes(harness.Left), ofAnswer},
	{"more than the answer", func(e *harness.Evidence) { e.Exchange.Response.Extra = 9 }, `^sends nothing after`},
	{"a body that was sent for nothing", func(e *harness.Evidence) { e.Exchange.Sent++ }, `^tells the client before`},
	{"a coding that is lost", func(e *harness.Evidence) { drop(e, "Content-Encoding") }, `^keeps the upstream's Content-Encoding`},
	{"a challenge that is lost", func(e *harness.Evidence) { drop(e, "WWW-Authenticate") }, `^keeps the upstream's WWW-Authenticate`},
}
