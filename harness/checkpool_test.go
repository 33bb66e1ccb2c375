package harness

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

func TestHowOftenARequestIsSent(t *testing.T) {
	read := func(n int) *Evidence {
		e := seen(agent.HostView{}, agent.Event{Kind: agent.Request, Peer: stranger}, agent.Event{Kind: agent.Accepted, Peer: gateway})
		for range n {
			e.After.Events = append(e.After.Events, agent.Event{Kind: agent.Request, Host: 3, Peer: gateway})
		}
		return e
	}
	for n, title := range map[int]string{0: "sends the request 0 times", 1: "sends the request once", 3: "sends the request 3 times"} {
		c := Sends(n)
		if err := c.Judge(Policy{}, read(n)); err != nil || c.Title != title || c.Cite != "" {
			t.Errorf("%q of %d: %v", c.Title, n, err)
		}
		if err := c.Judge(Policy{}, read(n+1)); err == nil || !strings.Contains(err.Error(), times1(n+1)) {
			t.Errorf("%q of one more: %v", c.Title, err)
		}
	}
	if once := SendsOnce(); once.Title != Sends(1).Title || once.Cite != "RFC 9110 9.2.2" || once.Strength != Must {
		t.Errorf("%+v", once)
	}
}

func TestWhatHelpsAVisitor(t *testing.T) {
	for helps, says := range map[Remedy]string{
		Reconnect: "", Refresh: "what helped was: refresh", Repair: "nothing that a visitor can do", NoRemedy: "nothing to help",
	} {
		err := HelpedBy(Reconnect).Judge(Policy{}, &Evidence{Helps: helps})
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", helps, err)
		}
	}
}

// A grudge of one second is felt as up to two, and slack is on top of that.
func TestAGrudgeEnds(t *testing.T) {
	p := Policy{Read: Setting{Value: 2 * time.Second}, Retry: Retry{Grudge: time.Second}}
	for _, c := range []struct {
		recovery Recovery
		says     string
		doubts   bool
	}{
		{Recovery{Recovered: true, Failed: 3, After: 700 * ms}, "", false}, // the grudge is older than the end of the fault
		{Recovery{Recovered: true, Failed: 3, After: 2200 * ms}, "", false},
		{Recovery{Recovered: true, After: ms}, "at once", false},
		{Recovery{Recovered: true, Failed: 3, After: 2300 * ms, Pace: 40 * ms}, "", false},
		{Recovery{Recovered: true, Failed: 3, After: 2300 * ms}, "it took 2.3s, expected at most 2.26s", false},
		{Recovery{Recovered: true, After: ms, Asked: 999 * ms}, "at once", false},
		{Recovery{Recovered: true, After: ms, Asked: 1001 * ms}, "nobody asked before 1.001s were over", true},
		{Recovery{Failed: 3, Last: "502"}, "3 requests failed, the last with: 502", false},
	} {
		err := Forgives().Judge(p, &Evidence{Recovery: c.recovery})
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v, want %q", c.recovery, err, c.says)
		}
		if doubt := Doubt(""); errors.As(err, &doubt) != c.doubts {
			t.Errorf("%+v: it doubts: %v", c.recovery, !c.doubts)
		}
	}
}
