package matchers_test

import (
	"strings"
	"testing"
	"time"

	"github.com/onsi/gomega"
	"github.com/onsi/gomega/types"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
	. "github.com/badgateway/badgateway/harness/matchers"
)

// evidence is a bad gateway after 10 ms and one attempt.
func evidence() *harness.Evidence {
	e := &harness.Evidence{
		Started: true, Outcome: harness.Answered,
		Exchange: agent.Exchange{Ended: 10 * time.Millisecond, Response: agent.Response{Status: 502, Whole: true, Bytes: 1}},
		Log:      []harness.LogLine{{ErrorType: "connection_refused"}},
		Recovery: harness.Recovery{Recovered: true},
	}
	e.Before.Hosts = []agent.HostView{{Attempts: 1}}
	e.After.Hosts = []agent.HostView{{Attempts: 2}}
	return e
}

func TestMatchersTellRightFromWrong(t *testing.T) {
	second := harness.Setting{Directive: "proxy_read_timeout", Value: time.Second, File: "nginx.conf", Line: 7}
	for name, c := range map[string]struct {
		matcher types.GomegaMatcher
		spoil   func(*harness.Evidence)
		says    string
	}{
		"bad gateway": {BeBadGateway(), func(e *harness.Evidence) { e.Exchange.Response.Status = 504 }, "504 Gateway Timeout"},
		"truncated":   {BeBadGateway(), func(e *harness.Evidence) { e.Outcome = harness.Truncated }, "truncated"},
		"reached":     {HaveReachedUpstream(1), func(e *harness.Evidence) { e.After.Hosts[0].Attempts = 4 }, "3 connections"},
		"in time":     {AnswerWithin(second), func(e *harness.Evidence) { e.Exchange.Ended = 2 * time.Second }, "nginx.conf:7"},
		"cause":       {NameTheCause("connection_refused"), func(e *harness.Evidence) { e.Log = nil }, "neither its log"},
		"recovery":    {Recover(), func(e *harness.Evidence) { e.Recovery.Recovered = false }, "0 requests failed"},
	} {
		t.Run(name, func(t *testing.T) {
			g := gomega.NewWithT(t)
			e := evidence()
			g.Expect(c.matcher.Match(e)).To(gomega.BeTrue())
			c.spoil(e)
			g.Expect(c.matcher.Match(e)).To(gomega.BeFalse())
			if said := c.matcher.FailureMessage(e); !strings.Contains(said, c.says) {
				t.Errorf("the failure says %q, which lacks %q", said, c.says)
			}
		})
	}
	if ok, err := BeGatewayTimeout().Match((*harness.Evidence)(nil)); ok || err == nil {
		t.Errorf("no evidence: matched %v, error %v", ok, err)
	}
}
