package harness

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// An Account says how long an exchange took as an expression of the policy, and which setting
// of it decides.
type Account struct {
	Text    string // "proxy_connect_timeout x 2 tries = 10s"
	Setting Setting
}

// Explain accounts for the time of an exchange. ok is false where nothing in the policy comes
// to that time.
func Explain(p Policy, e *Evidence) (a Account, ok bool) {
	took := e.Exchange.Ended
	best := accounts(p, e)
	slices.SortStableFunc(best, func(a, b candidate) int { return cmp.Compare(a.rank, b.rank) })
	for _, c := range best {
		slack := min(e.Slack(p, c.time), max(shortest(p)/2, tolerable))
		if took >= c.time-earlyBy && took <= c.time+slack+e.dying() {
			return c.Account, true
		}
	}
	return Account{Text: milliseconds(took).String() + unaccounted, Setting: p.Pass}, false
}

// unaccounted ends the text of a time that nothing in the policy comes to.
const unaccounted = ", which no setting comes to"

// candidate is a time that the policy could come to.
type candidate struct {
	Account
	time time.Duration
	rank int // the likelier first
}

// accounts are all times that a policy could come to with that many attempts.
func accounts(p Policy, e *Evidence) (found []candidate) {
	at := Account{Text: "at once", Setting: p.Pass}
	if e.ErrorType() == "http_response_header_section_size" {
		at.Setting = p.Header
	}
	found = append(found, candidate{at, 0, 1})
	tries := max(1, e.Attempts(), e.failures()) // a host that nobody finds gets no SYN
	said := e.ErrorType()
	for _, s := range []struct {
		setting Setting
		says    string // what the gateway calls it
		most    int
	}{
		{p.Connect, "connection_timeout", tries}, {p.Read, "connection_read_timeout", tries},
		{p.Send, "connection_write_timeout", tries}, {p.Resolve, "dns_timeout", 1},
	} {
		if s.setting.Value <= 0 {
			continue
		}
		for n := 1; n <= s.most; n++ {
			rank := 2
			if said == s.says {
				rank = 0
			}
			found = append(found, candidate{times(s.setting, n), time.Duration(n) * s.setting.Value, rank})
		}
	}
	for n := 1; n <= tries; n++ {
		text := "the kernel's 3s of ARP"
		if n > 1 {
			text = fmt.Sprintf("%s x %d tries = %v", text, n, time.Duration(n)*arpFails)
		}
		found = append(found, candidate{Account{Text: text, Setting: p.Pass}, time.Duration(n) * arpFails, 3})
	}
	return found
}

// failures is how many failures at upstreams the gateway has logged for the visitor.
func (e *Evidence) failures() (n int) {
	for _, l := range e.Log {
		if l.Phase != "" && l.Phase != PhaseLocal && l.ErrorType != "" {
			n++
		}
	}
	return n
}

func times(s Setting, n int) Account {
	if n == 1 {
		return Account{Text: fmt.Sprintf("%s = %v", s.Directive, s.Value), Setting: s}
	}
	return Account{Text: fmt.Sprintf("%s x %d tries = %v", s.Directive, n, time.Duration(n)*s.Value), Setting: s}
}

// Position is where a setting is written, nil where it is a default.
func (s Setting) Position() *Position {
	if s.File == "" {
		return nil
	}
	return &Position{File: s.File, Line: s.Line, Column: s.Column, Says: s.Says()}
}
