package server

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/badgateway/badgateway/harness/agent"
)

func TestEachActionGivesItsErrno(t *testing.T) {
	l := newLab(t, 2)
	if !l.built.ICMPUnlimited {
		t.Log("ICMP errors are limited here: the seventh to one address waits for a second")
	}
	l.set(agent.Host{Script: "serve"})
	l.set(agent.Host{Index: 1, Script: "serve"})
	for _, c := range []struct {
		rule agent.Rule
		want error
	}{
		{agent.Rule{Where: agent.Arriving, Action: agent.Drop}, os.ErrDeadlineExceeded},
		{agent.Rule{Where: agent.Arriving, Action: agent.Drop, SYNOnly: true}, os.ErrDeadlineExceeded},
		{agent.Rule{Where: agent.Returning, Action: agent.Drop}, os.ErrDeadlineExceeded},
		{agent.Rule{Where: agent.Arriving, Action: agent.RejectReset}, syscall.ECONNREFUSED},
		{agent.Rule{Where: agent.Arriving, Action: agent.RejectPort}, syscall.ECONNREFUSED},
		{agent.Rule{Where: agent.Arriving, Action: agent.RejectHost}, syscall.EHOSTUNREACH},
		{agent.Rule{Where: agent.Arriving, Action: agent.RejectForbidden}, syscall.EHOSTUNREACH},
	} {
		t.Run(fmt.Sprint(c.rule.Where, " ", c.rule.Action, " ", c.rule.SYNOnly), func(t *testing.T) {
			l.t = t
			within := patience
			if c.want == os.ErrDeadlineExceeded {
				within = 2 * silence
			}
			attempts := l.host().Attempts
			l.rules(c.rule)
			if v := l.look(); len(v.Rules) != 1 || v.Rules[0] != 0 {
				t.Fatalf("a new rule has met %v", v.Rules)
			}
			if _, err := l.try(host0, within); !errors.Is(err, c.want) {
				t.Errorf("connecting gives %v, want %v", err, c.want)
			}
			if v := l.look(); v.Rules[0] < 1 || v.Hosts[0].Attempts != attempts+1 {
				t.Errorf("the rule met %d packets, %d attempts were counted after %d", v.Rules[0], v.Hosts[0].Attempts, attempts)
			}
			if c, err := l.try(netip.AddrPortFrom(agent.HostAddr(1), agent.HostPort), patience); err != nil {
				t.Errorf("another host: %v", err)
			} else {
				c.Close()
			}
			l.rules()
			if saw, ok := l.served(); !ok {
				t.Errorf("without the rule the host gives %s", saw)
			}
			if v := l.look(); len(v.Rules) != 0 {
				t.Errorf("no rule, and the counts are %v", v.Rules)
			}
		})
	}
}

func TestRulesOfOtherBaysStay(t *testing.T) {
	l := newLab(t, 2)
	l.set(agent.Host{Script: "serve"})
	l.rules(agent.Rule{Where: agent.Arriving, Action: agent.RejectReset})
	other := agent.Rules{Bay: 1, Rules: []agent.Rule{
		{Host: 1, Where: agent.Returning, Action: agent.Drop}, {Host: 1, Where: agent.Arriving, Action: agent.RejectHost},
	}}
	for range 2 {
		if err := l.SetRules(t.Context(), other); err != nil {
			t.Fatal(err)
		}
		if _, err := l.try(host0, patience); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("bay 0's rule was lost: %v", err)
		}
		if _, err := l.try(netip.AddrPortFrom(agent.HostAddr(1), agent.HostPort), patience); !errors.Is(err, syscall.EHOSTUNREACH) {
			t.Errorf("bay 1's rule: %v", err)
		}
		v, err := l.Look(t.Context(), agent.Look{Bay: 1})
		if err != nil || len(v.Rules) != 2 || v.Rules[0] != 0 || v.Rules[1] != 1 {
			t.Errorf("bay 1's counts are %v, %v; want them in the order of its rules", v.Rules, err)
		}
	}
}

func TestARuleForSYNsSparesOpenConnections(t *testing.T) {
	l := newLab(t, 1)
	l.set(agent.Host{Script: "serve"})
	c := l.dial()
	l.rules(agent.Rule{Where: agent.Arriving, SYNOnly: true, Action: agent.RejectReset})
	io.WriteString(c, request)
	if r, end := agent.ReadResponse(c, "GET"); r.Status != 200 {
		t.Errorf("an open connection got %d, %s", r.Status, end)
	}
	if n := l.look().Rules[0]; n != 0 {
		t.Errorf("the rule met %d packets of it", n)
	}
	l.rules(agent.Rule{Where: agent.Arriving, Action: agent.Drop})
	io.WriteString(c, request)
	if got, end := hearSoon(c); got != "" || end != "silence" {
		t.Errorf("through a rule for everything came %q, then %s", got, end)
	}
}

func TestAQuotaCutsAConnectionInItsMiddle(t *testing.T) {
	const quota, all = 32 << 10, 256 << 10
	l := newLab(t, 1)
	l.set(agent.Host{Script: fmt.Sprintf(`read-request; write "x" x %d; close`, all)})
	if got, end := hear(l.say()); len(got) != all || end != "fin" {
		t.Fatalf("without a rule came %d bytes, then %s", len(got), end)
	}
	l.rules(agent.Rule{Where: agent.Returning, After: quota, Action: agent.Drop})
	c := l.say()
	l.until("the rule met a packet", func(v agent.View) bool { return v.Rules[0] > 0 })
	got, end := hearSoon(c)
	if end != "silence" || len(got) == 0 || len(got) > quota || strings.Trim(got, "x") != "" {
		t.Errorf("of %d bytes came %d, then %s; want some, and not more than %d", all, len(got), end, quota)
	}
}
