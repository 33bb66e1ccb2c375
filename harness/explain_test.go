package harness

import (
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
)

// patient is a policy whose times can be told apart.
var patient = Policy{
	Connect: Setting{Directive: "connect_timeout", Value: time.Second, File: "edge.conf", Line: 1},
	Read:    Setting{Directive: "read_timeout", Value: 2500 * time.Millisecond, File: "edge.conf", Line: 2},
	Send:    Setting{Directive: "send_timeout", Value: 7 * time.Second, File: "edge.conf", Line: 3},
	Resolve: Setting{Directive: "resolver_timeout", Value: 4500 * time.Millisecond},
	Pass:    Setting{Directive: "pass", Text: "http://app", File: "edge.conf", Line: 4},
	Header:  Setting{Directive: "buffer_size", File: "edge.conf", Line: 5},
}

// took is the evidence of an exchange that took so long, with that many attempts.
func took(d time.Duration, attempts int, said string) *Evidence {
	e := &Evidence{Exchange: agent.Exchange{Ended: d}, Hosts: []int{0}}
	e.Before.Hosts, e.After.Hosts = []agent.HostView{{Attempts: 3}}, []agent.HostView{{Attempts: 3 + attempts}}
	if said != "" {
		e.Log = []LogLine{{Text: "a line of another kind"}, {ErrorType: said}}
	}
	return e
}

// How long something took is told in words of the policy.
func TestExplain(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name     string
		took     time.Duration
		attempts int
		said     string
		text     string
		setting  Setting
	}{
		{"at once", 3 * ms, 1, "", "at once", patient.Pass},
		{"at once, of its header", 3 * ms, 1, "http_response_header_section_size", "at once", patient.Header},
		{"the connect timeout", 1005 * ms, 1, "", "connect_timeout = 1s", patient.Connect},
		{"just early enough", 998 * ms, 1, "", "connect_timeout = 1s", patient.Connect},
		{"too early", 997 * ms, 1, "", "997ms, which no setting comes to", patient.Pass},
		{"as late as may be", 1260 * ms, 1, "", "connect_timeout = 1s", patient.Connect},
		{"too late", 1261 * ms, 1, "", "1.261s, which no setting comes to", patient.Pass},
		{"twice", 2005 * ms, 2, "", "connect_timeout x 2 tries = 2s", patient.Connect},
		{"twice, in one attempt", 2005 * ms, 1, "", "2.005s, which no setting comes to", patient.Pass},
		{"without an attempt", 1005 * ms, 0, "", "connect_timeout = 1s", patient.Connect},
		{"the read timeout", 2505 * ms, 1, "", "read_timeout = 2.5s", patient.Read},
		{"the read timeout of two", 5005 * ms, 2, "", "read_timeout x 2 tries = 5s", patient.Read},
		{"the read timeout, or five times the other", 5005 * ms, 5, "", "connect_timeout x 5 tries = 5s", patient.Connect},
		{"the read timeout, as the gateway says", 5005 * ms, 5, "connection_read_timeout", "read_timeout x 2 tries = 5s", patient.Read},
		{"the connect timeout, as the gateway says", 5005 * ms, 5, "connection_timeout", "connect_timeout x 5 tries = 5s", patient.Connect},
		{"the send timeout", 7005 * ms, 1, "", "send_timeout = 7s", patient.Send},
		{"the send timeout, as the gateway says", 7005 * ms, 7, "connection_write_timeout", "send_timeout = 7s", patient.Send},
		{"the resolver's timeout", 4505 * ms, 1, "dns_timeout", "resolver_timeout = 4.5s", patient.Resolve},
		{"the resolver's timeout, not of each attempt", 9005 * ms, 2, "dns_timeout", "9.005s, which no setting comes to", patient.Pass},
		{"the kernel's own time", 3005 * ms, 1, "", "the kernel's 3s of ARP", patient.Pass},
		{"the kernel's own time, twice", 6005 * ms, 2, "", "the kernel's 3s of ARP x 2 tries = 6s", patient.Pass},
		{"a setting goes before the kernel's own time", 3005 * ms, 3, "", "connect_timeout x 3 tries = 3s", patient.Connect},
		{"what the gateway says has to come to it", 2505 * ms, 1, "connection_timeout", "read_timeout = 2.5s", patient.Read},
		{"nothing", 30 * time.Second, 1, "", "30s, which no setting comes to", patient.Pass},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, ok := Explain(patient, took(c.took, c.attempts, c.said))
			if known := c.text[len(c.text)-2:] != "to"; a.Text != c.text || ok != known {
				t.Errorf("it is %q, %v; want %q", a.Text, ok, c.text)
			}
			if a.Setting != c.setting {
				t.Errorf("%v decides, want %v", a.Setting, c.setting)
			}
		})
	}
}

// A time that is not limited explains nothing, and one that is not written is one all the same.
func TestExplainByDefaults(t *testing.T) {
	p := Policy{Connect: Setting{Directive: "connect_timeout", Value: time.Second}, Pass: patient.Pass}
	a, ok := Explain(p, took(time.Second, 1, ""))
	if !ok || a.Setting.Where() != "default, not written" {
		t.Errorf("it is %q (%s), %v", a.Text, a.Setting.Where(), ok)
	}
	if a, ok := Explain(Policy{Pass: patient.Pass}, took(5*time.Second, 1, "")); ok {
		t.Errorf("it is %q", a.Text)
	}
}

// A slow machine, a slow healthy answer and a process that takes its time to die are allowed for.
func TestExplainAllowsForTheMachine(t *testing.T) {
	for name, change := range map[string]func(*Evidence){
		"a healthy answer": func(e *Evidence) { e.Baseline = 200 * time.Millisecond },
		"late timers":      func(e *Evidence) { e.After.Late = 50 * time.Millisecond },
		"a death": func(e *Evidence) {
			e.After.Events = []agent.Event{{Kind: agent.Exited, At: 200 * time.Millisecond}}
		},
	} {
		e := took(1400*time.Millisecond, 1, "")
		if a, ok := Explain(patient, e); ok {
			t.Errorf("%s: without it, it is %q", name, a.Text)
		}
		change(e)
		if a, ok := Explain(patient, e); !ok || a.Text != "connect_timeout = 1s" {
			t.Errorf("%s: %q", name, a.Text)
		}
	}
	e := took(1600*time.Millisecond, 1, "")
	e.Baseline = 10 * time.Second
	if a, ok := Explain(patient, e); ok {
		t.Errorf("however slow the machine is, half of the shortest timeout is the most: %q", a.Text)
	}
}

func TestWhereASettingIs(t *testing.T) {
	for _, c := range []struct {
		setting     Setting
		where, says string
	}{
		{Setting{Directive: "read_timeout", Value: time.Second}, "default, not written", "read_timeout 1s"},
		{Setting{Directive: "read_timeout", Value: time.Second, Line: 7, Column: 3}, "default, not written", "read_timeout 1s"},
		{Setting{Directive: "tries", Text: "2", File: "a.conf", Line: 7}, "a.conf:7", "tries 2"},
		{Setting{Directive: "buffer_size", File: "a.conf", Line: 7, Column: 3}, "a.conf:7:3", "buffer_size"},
		{Setting{Directive: "on", Text: "error timeout", Value: time.Second, File: "a.conf", Line: 7, Column: 3}, "a.conf:7:3", "on error timeout"},
	} {
		if c.setting.Where() != c.where || c.setting.Says() != c.says || c.setting.String() != c.says+" ("+c.where+")" {
			t.Errorf("%q (%q), %q; want %q (%q)", c.setting.Says(), c.setting.Where(), c.setting, c.says, c.where)
		}
		p := c.setting.Position()
		if written := c.setting.File != ""; (p != nil) != written {
			t.Errorf("the position of %q is %v", c.setting, p)
		} else if written && *p != (Position{File: c.setting.File, Line: c.setting.Line, Column: c.setting.Column, Says: c.says}) {
			t.Errorf("the position of %q is %+v", c.setting, *p)
		}
	}
}
