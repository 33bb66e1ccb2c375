package compare

import (
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

func TestOnlyWhatIsBeyondNoiseTookLonger(t *testing.T) {
	const (
		once    = "proxy_read_timeout = 2s"
		twice   = "proxy_read_timeout x 2 tries = 4s"
		nothing = "2.31s, which no setting comes to"
		read    = "proxy_read_timeout 2s (nginx.conf:6:5)"
	)
	cell := func(s float64, time, decided string) harness.Cell {
		return harness.Cell{Outcome: harness.Answered, Seconds: s, Time: time, Decided: decided}
	}
	for name, c := range map[string]struct {
		a, b harness.Cell
		want int
	}{
		"a second more":                      {cell(1, "", ""), cell(4, "", ""), 1},
		"a loaded machine":                   {cell(0.004, "", ""), cell(0.45, "", ""), 0},
		"at once, and not":                   {cell(0.004, "", ""), cell(0.6, "", ""), 1},
		"less than half as long again":       {cell(10, "", ""), cell(14.9, "", ""), 0},
		"more than half as long again":       {cell(10, "", ""), cell(15.1, "", ""), 1},
		"within half of the timeout":         {cell(4, "", read), cell(4.9, "", read), 0},
		"more than half of the timeout":      {cell(4, "", read), cell(5.1, "", read), 1},
		"the shorter timeout decides":        {cell(1, "", "proxy_read_timeout 1s (a:1)"), cell(2, "", read), 1},
		"the same expression, whatever time": {cell(2.001, once, read), cell(2.9, once, read), 0},
		"another expression":                 {cell(2.001, once, read), cell(4.002, twice, read), 1},
		"another value of a small setting":   {cell(0.2, "proxy_read_timeout = 200ms", ""), cell(0.3, "proxy_read_timeout = 300ms", ""), 1},
		"at once, and after a timeout":       {cell(0.01, "at once", ""), cell(2, once, read), 1},
		"accounted for only once":            {cell(2.001, once, read), cell(2.31, nothing, read), 0},
	} {
		if got := slower(c.a, c.b); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		if got := slower(c.b, c.a); got != -c.want {
			t.Errorf("%s, the other way round: %v, want %v", name, got, -c.want)
		}
	}
}

// A client who goes away after his own patience tells of himself.
func TestAPatienceIsNoTimeOfTheGateway(t *testing.T) {
	answered := harness.Cell{Outcome: harness.Answered, Seconds: 1}
	for _, o := range []harness.Outcome{harness.Hang, harness.DidNotStart, ""} {
		if slower(answered, harness.Cell{Outcome: o, Seconds: 30}) != 0 || slower(harness.Cell{Outcome: o, Seconds: 30}, answered) != 0 {
			t.Errorf("the time of %q is compared", o)
		}
	}
}

// What accounts of times say is read as they are written.
func TestAccountsAreRead(t *testing.T) {
	read := harness.Setting{Directive: "proxy_read_timeout", Value: 2 * time.Second, File: "nginx.conf", Line: 6}
	for took, want := range map[time.Duration]time.Duration{time.Millisecond: 0, 2001 * time.Millisecond: 2 * time.Second} {
		e := &harness.Evidence{Exchange: agent.Exchange{Ended: took}}
		account, ok := harness.Explain(harness.Policy{Read: read}, e)
		if got, read := accountOf(account.Text); !ok || !read || got != want {
			t.Errorf("%q is read as %v, %v", account.Text, got, read)
		}
	}
	for _, text := range []string{"proxy_read_timeout x 2 tries = 4s", "the kernel's 3s of ARP x 2 tries = 4s"} {
		if got, ok := accountOf(text); !ok || got != 4*time.Second {
			t.Errorf("%q is read as %v, %v", text, got, ok)
		}
	}
	unaccounted, ok := harness.Explain(harness.Policy{Read: read}, &harness.Evidence{Exchange: agent.Exchange{Ended: time.Minute}})
	if _, read := accountOf(unaccounted.Text); ok || read {
		t.Errorf("%q is read as a time that a setting comes to", unaccounted.Text)
	}
	if got := timeoutOf(read.String()); got != read.Value {
		t.Errorf("%q is read as %v", read.String(), got)
	}
	for _, none := range []string{"", harness.Setting{Directive: "proxy_pass", Text: "http://app"}.String(), harness.Setting{Directive: "proxy_pass"}.String()} {
		if got := timeoutOf(none); got != 0 {
			t.Errorf("%q is read as %v", none, got)
		}
	}
}
