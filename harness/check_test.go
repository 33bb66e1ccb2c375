package harness

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

const ms = time.Millisecond

// A second is the shortest timeout, so a quarter of it is slack and half of it doubt.
var policy = Policy{
	Connect: Setting{Directive: "connect", Value: time.Second}, Send: Setting{Directive: "send", Value: 100 * ms},
	Read: Setting{Directive: "read", Value: 2 * time.Second}, Resolve: Setting{Directive: "resolve", Value: 4 * time.Second},
	Pass: Setting{Directive: "pass"}, Header: Setting{Directive: "header"},
}

func TestWhatIsInTime(t *testing.T) {
	died := func(after time.Duration) []agent.Event {
		return []agent.Event{{Kind: agent.Exited, At: time.Hour + after}}
	}
	for name, c := range map[string]struct {
		of    Term
		ended time.Duration
		base  time.Duration
		late  time.Duration
		died  []agent.Event
		want  string // "", "late", "early" or "doubt"
	}{
		"exactly":                              {of: ReadTimeout, ended: 2 * time.Second},
		"as early as an event loop":            {of: ReadTimeout, ended: 2*time.Second - 2*ms},
		"earlier":                              {of: ReadTimeout, ended: 2*time.Second - 3*ms, want: "early"},
		"at once instead":                      {of: ReadTimeout, ended: ms, want: "early"},
		"after another timeout":                {of: ReadTimeout, ended: time.Second, want: "early"},
		"with all the slack":                   {of: ReadTimeout, ended: 2*time.Second + 250*ms + 20*ms},
		"beyond the slack":                     {of: ReadTimeout, ended: 2*time.Second + 250*ms + 21*ms, want: "doubt"},
		"just not half of the shortest":        {of: ReadTimeout, ended: 2*time.Second + 499*ms, want: "doubt"},
		"half of the shortest":                 {of: ReadTimeout, ended: 2*time.Second + 500*ms, want: "late"},
		"for ever":                             {of: ReadTimeout, ended: time.Hour, want: "late"},
		"at once":                              {of: Immediately, ended: 0},
		"at once, with slack":                  {of: Immediately, ended: 250 * ms},
		"at once, beyond":                      {of: Immediately, ended: 251 * ms, want: "doubt"},
		"at once, too late":                    {of: Immediately, ended: 500 * ms, want: "late"},
		"a slow baseline is slack":             {of: Immediately, ended: 300 * ms, base: 50 * ms},
		"late timers are slack, four times":    {of: Immediately, ended: 290 * ms, late: 10 * ms},
		"and no more":                          {of: Immediately, ended: 291 * ms, late: 10 * ms, want: "doubt"},
		"a machine that cannot tell":           {of: Immediately, ended: 501 * ms, late: 63 * ms, want: "doubt"},
		"nor by how much":                      {of: Immediately, ended: 2510 * ms, late: 63 * ms, want: "doubt"},
		"but can that it is not the machine":   {of: Immediately, ended: 2511 * ms, late: 63 * ms, want: "late"},
		"and that all is well":                 {of: Immediately, ended: 0, late: 63 * ms},
		"a machine that just can":              {of: Immediately, ended: 499 * ms, late: 62 * ms, base: 2 * ms},
		"and so knows what is too late":        {of: Immediately, ended: 500*ms + 1, late: 62 * ms, base: 2 * ms, want: "late"},
		"such a machine makes nothing early":   {of: ReadTimeout, ended: ms, late: 100 * ms, want: "early"},
		"a death in between is waited for":     {of: Immediately, ended: 900 * ms, died: died(700 * ms)},
		"from the death on it is as late":      {of: Immediately, ended: 700*ms + 251*ms, died: died(700 * ms), want: "doubt"},
		"from the death on it is too late":     {of: Immediately, ended: 700*ms + 500*ms, died: died(700 * ms), want: "late"},
		"before the death was told is no harm": {of: Immediately, ended: 600 * ms, died: died(700 * ms)},
		"a death before the request":           {of: Immediately, ended: 500 * ms, died: died(-time.Second), want: "late"},
	} {
		e := &Evidence{Baseline: c.base}
		e.Exchange.Began, e.Exchange.Ended = time.Hour, c.ended
		e.After.Late, e.After.Events = c.late, c.died
		f := Judge(Scenario{Expect: []Check{AnswersInTime(c.of)}}, nil, policy, e)[0]
		got := ""
		switch {
		case f.Doubt:
			got = "doubt"
		case !f.Held && c.ended < c.of.Of(policy):
			got = "early"
		case !f.Held:
			got = "late"
		}
		if got != c.want {
			t.Errorf("%s: %q (%v), want %q", name, got, f.Saw, c.want)
		}
	}
}

func TestTheShortestTimeoutRules(t *testing.T) {
	for want, p := range map[time.Duration]Policy{
		0:               {Send: Setting{Value: 1}},
		time.Second:     policy,
		2 * time.Second: {Connect: Setting{Value: 3 * time.Second}, Read: Setting{Value: 2 * time.Second}},
		ms:              {Connect: Setting{Value: 3 * time.Second}, Resolve: Setting{Value: ms}},
	} {
		if got := shortest(p); got != want {
			t.Errorf("the shortest is %v, want %v", got, want)
		}
	}
	patient := Policy{Connect: Setting{Value: time.Minute}, Read: Setting{Value: time.Hour}}
	if got := (&Evidence{}).Slack(patient, time.Hour); got != tolerable+36*time.Second {
		t.Errorf("the slack of long timeouts is %v", got)
	}
}

func TestEachCheckTellsRightFromWrong(t *testing.T) {
	answered := func(status int) *Evidence {
		return &Evidence{Outcome: Answered, Exchange: agent.Exchange{Response: agent.Response{Status: status}}}
	}
	ended := func(status int, o Outcome) *Evidence { e := answered(status); e.Outcome = o; return e }
	field := func(name, value string) *Evidence {
		e := answered(200)
		e.Exchange.Response.Fields = []agent.Field{{Name: name, Value: value}}
		return e
	}
	tried := func(n int) *Evidence {
		e := answered(200)
		e.Before.Hosts, e.After.Hosts = []agent.HostView{{Attempts: 5}}, []agent.HostView{{Attempts: 5 + n}}
		return e
	}
	named := func(types ...string) *Evidence {
		e := answered(200)
		for _, t := range types {
			e.Log = append(e.Log, LogLine{ErrorType: t})
		}
		return e
	}
	after := func(d time.Duration) *Evidence { e := answered(200); e.Exchange.Ended = d; return e }
	again := func(r Recovery) *Evidence { e := answered(200); e.Recovery = r; return e }
	started := func(o Outcome, lines ...string) *Evidence { return &Evidence{Outcome: o, Startup: lines} }
	for _, c := range []struct {
		check Check
		title string
		right []*Evidence
		wrong map[string]*Evidence // by what it says then
	}{
		{Answers(502), "answers 502 Bad Gateway", []*Evidence{answered(502)}, map[string]*Evidence{
			"the client saw 504 Gateway Timeout": answered(504), "502 Bad Gateway, truncated": ended(502, Truncated), "saw closed": ended(0, Closed),
			"saw hang": ended(0, Hang), "saw raw-bytes": ended(0, RawBytes), "no gateway": ended(502, DidNotStart), "saw 299": answered(299),
		}},
		{Ends(200, Truncated), "gives 200 OK, truncated", []*Evidence{ended(200, Truncated)}, map[string]*Evidence{
			"saw 200 OK": answered(200), "saw 502 Bad Gateway, truncated": ended(502, Truncated), "silently": ended(200, SilentlyTruncated), "200 OK, hang": ended(200, Hang),
		}},
		{Ends(0, RawBytes), "gives no status: raw-bytes", []*Evidence{ended(0, RawBytes)}, map[string]*Evidence{"saw closed": ended(0, Closed)}},
		{RefusesToStart(), "refuses to start", []*Evidence{started(DidNotStart, "why")}, map[string]*Evidence{
			"no gateway": started(DidNotStart), "saw 200": answered(200),
		}},
		{NamesItsLine(), "names the line of its configuration that stops it", []*Evidence{started(DidNotStart, "so", "in /etc/edge.conf:21")}, map[string]*Evidence{
			"no line of its log": started(DidNotStart, "somewhere in /etc/edge.conf"), "no line": started(DidNotStart),
		}},
		{TakesAtLeast(ReadTimeout.Times(0.5)), "waits for it: at least 0.5 x the read timeout", []*Evidence{after(time.Second), after(998 * ms), after(time.Hour)}, map[string]*Evidence{
			"it took 997ms, expected at least 1s": after(997 * ms),
		}},
		{Tries(1), "tries the upstream once", []*Evidence{tried(1)}, map[string]*Evidence{"0 connections": tried(0), "2 connections": tried(2)}},
		{Tries(0), "does not reach the upstream", []*Evidence{tried(0), {}}, map[string]*Evidence{"1 connections": tried(1)}},
		{Tries(3), "tries the upstream 3 times", []*Evidence{tried(3)}, map[string]*Evidence{"1 connections": tried(1)}},
		{Names("dns_error"), "calls it dns_error", []*Evidence{named("dns_error"), named("", "dns_error"), named("dns_error", "other")}, map[string]*Evidence{
			"it says dns_timeout": named("dns_timeout"), "neither its log nor": named(""), "neither": named(),
		}},
		{Names(""), "logs no error of its own", []*Evidence{named(), named("")}, map[string]*Evidence{"it says dns_error": named("dns_error")}},
		{Recovers(), "serves again once the fault is gone", []*Evidence{again(Recovery{Recovered: true, Failed: 2})}, map[string]*Evidence{
			"3 requests failed, the last with: 502": again(Recovery{Failed: 3, Last: "502"}),
		}},
		{RecoversAtOnce(), "answers the first request after the fault", []*Evidence{again(Recovery{Recovered: true})}, map[string]*Evidence{
			"1 requests failed": again(Recovery{Recovered: true, Failed: 1}),
		}},
		{Keeps("Retry-After", "7"), "keeps the upstream's Retry-After", []*Evidence{field("retry-after", "7")}, map[string]*Evidence{
			`saw Retry-After: "8"`: field("Retry-After", "8"), `saw Retry-After: ""`: field("Retry", "7"),
		}},
		{HidesVersion(), "keeps its version to itself", []*Evidence{field("Server", "edge"), answered(502)}, map[string]*Evidence{"Server: edge/1.2": field("Server", "edge/1.2")}},
		{TellsClient(), "tells the client the cause in Proxy-Status (RFC 9209)", []*Evidence{field("Proxy-Status", "a; error=dns_error")}, map[string]*Evidence{
			"no Proxy-Status": answered(502), "with an error": field("Proxy-Status", "a; received-status=200"),
		}},
	} {
		if c.check.Title != c.title {
			t.Errorf("a check says that the gateway %q, want %q", c.check.Title, c.title)
		}
		for i, e := range c.right {
			if err := c.check.Judge(policy, e); err != nil {
				t.Errorf("%s: right evidence %d: %v", c.title, i, err)
			}
		}
		for says, e := range c.wrong {
			if err := c.check.Judge(policy, e); err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%s: %v, want ...%s...", c.title, err, says)
			}
		}
		if weak := c.check.Note(); weak.Strength != Note || c.check.Should().Strength != Should || weak.Title != c.title {
			t.Errorf("%s: it cannot be weakened", c.title)
		}
	}
}

func TestTheGatewaysOwnWordForIt(t *testing.T) {
	for name, c := range map[string]struct {
		log    []LogLine
		fields []string
		want   string
	}{
		"nothing":               {},
		"the log":               {log: []LogLine{{Text: "a"}, {ErrorType: "dns_error"}, {ErrorType: "dns_timeout"}}, want: "dns_error"},
		"the log before":        {log: []LogLine{{ErrorType: "dns_error"}}, fields: []string{"a; error=tls_alert_received"}, want: "dns_error"},
		"a silent log":          {log: []LogLine{{Text: "a"}}, fields: []string{"a; error=tls_alert_received"}, want: "tls_alert_received"},
		"RFC 9209 2.1.1":        {fields: []string{`cdn.example.org; error=connection_timeout`}, want: "connection_timeout"},
		"parameters around":     {fields: []string{`r34.example.net; next-hop=backend.example.org:8001; error=http_protocol_error;details="no status"`}, want: "http_protocol_error"},
		"the nearest counts":    {fields: []string{`origin-proxy; error=dns_error, cdn.example.org; error=connection_timeout`}, want: "connection_timeout"},
		"the nearest is well":   {fields: []string{`origin-proxy; error=dns_error, cdn.example.org`}},
		"several fields":        {fields: []string{`origin-proxy; error=dns_error`, `"my edge"; error=connection_timeout`}, want: "connection_timeout"},
		"a comma in a text":     {fields: []string{`edge; error=http_protocol_error; details="header, broken"`}, want: "http_protocol_error"},
		"an error in a text":    {fields: []string{`edge; details="a; error=dns_error"`}},
		"a quote in a text":     {fields: []string{`edge; details="a \"; error=dns_error, b"; error=proxy_internal_error`}, want: "proxy_internal_error"},
		"a proxy called error=": {fields: []string{`error=x`}},
		"no error":              {fields: []string{`ExampleCDN; received-status=200`}},
		"an open quote":         {fields: []string{`edge; details="a; error=dns_error\`}},
	} {
		e := &Evidence{Log: c.log}
		for _, f := range c.fields {
			e.Exchange.Response.Fields = append(e.Exchange.Response.Fields, agent.Field{Name: "Proxy-status", Value: f}, agent.Field{Name: "Via", Value: "x; error=y"})
		}
		if got := e.ErrorType(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestOutcomes(t *testing.T) {
	const whole, cut = true, false
	saw := func(end agent.End, status int, whole bool, body string) agent.Exchange {
		return agent.Exchange{End: end, Response: agent.Response{
			Status: status, Whole: whole, Bytes: 99, Start: []byte(body[:min(len(body), 60)]), Tail: []byte(body),
		}}
	}
	page, half := script.Page, script.Page[:30]
	for name, c := range map[string]struct {
		x    agent.Exchange
		want Outcome
	}{
		"a page":                       {saw(agent.EndComplete, 200, whole, page), Answered},
		"a page after much more":       {saw(agent.EndFIN, 200, whole, script.FirstLine+strings.Repeat("x", 500)+script.LastLine), Answered},
		"an error":                     {saw(agent.EndComplete, 502, whole, "<html>"), Answered},
		"an error by FIN":              {saw(agent.EndFIN, 504, whole, "<html>"), Answered},
		"a page of the gateway's own":  {saw(agent.EndComplete, 200, whole, "sorry"), Answered},
		"an error in the page's words": {saw(agent.EndComplete, 503, whole, page), Answered},
		"half a page, looking good":    {saw(agent.EndComplete, 200, whole, half), SilentlyTruncated},
		"half a page, filled up":       {saw(agent.EndComplete, 200, whole, half+"\x00\x00\x00"), SilentlyTruncated},
		"half a page by FIN alone":     {saw(agent.EndFIN, 200, whole, half), SilentlyTruncated},
		"a first line, filled up":      {saw(agent.EndComplete, 200, whole, script.FirstLine+"    "), SilentlyTruncated},
		"half a page":                  {saw(agent.EndFIN, 200, cut, half), Truncated},
		"half a page by reset":         {saw(agent.EndReset, 200, cut, half), Truncated},
		"a page without its framing":   {saw(agent.EndFIN, 200, cut, page), Truncated},
		"half an error":                {saw(agent.EndFIN, 502, cut, "<ht"), Truncated},
		"FIN":                          {agent.Exchange{End: agent.EndFIN}, Closed},
		"a reset":                      {agent.Exchange{End: agent.EndReset}, Closed},
		"a refusal":                    {agent.Exchange{End: agent.EndRefused}, Closed},
		"garbage":                      {saw(agent.EndFIN, 0, cut, ""), RawBytes},
		"patience":                     {agent.Exchange{End: agent.EndPatience}, Hang},
		"patience in a page":           {saw(agent.EndPatience, 200, cut, page), Hang},
	} {
		if got := OutcomeOf(c.x); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestPatienceAndSettingsAndTerms(t *testing.T) {
	if got, want := policy.Patience(), 2*(7100*ms); got != want {
		t.Errorf("the patience is %v, want %v: twice all timeouts together", got, want)
	}
	for want, s := range map[string]Setting{
		"read 2s (default, not written)":    {Directive: "read", Value: 2 * time.Second},
		"read 2s (nginx.conf:7)":            {Directive: "read", Value: 2 * time.Second, File: "nginx.conf", Line: 7},
		"proxy_pass (nginx.conf:9)":         {Directive: "proxy_pass", File: "nginx.conf", Line: 9},
		"proxy_pass (default, not written)": {Directive: "proxy_pass"},
	} {
		if got := s.String(); got != want {
			t.Errorf("a setting is %q, want %q", got, want)
		}
	}
	for _, c := range []struct {
		term    Term
		text    string
		of      time.Duration
		decides string
	}{
		{Immediately, "at once", 0, "pass"},
		{HeaderBuffer, "at once, when its buffer is full", 0, "header"},
		{ConnectTimeout, "the connect timeout", time.Second, "connect"},
		{ReadTimeout, "the read timeout", 2 * time.Second, "read"},
		{ResolveTimeout, "the resolver's timeout", 4 * time.Second, "resolve"},
		{ReadTimeout.Times(1.5), "1.5 x the read timeout", 3 * time.Second, "read"},
	} {
		if c.term.String() != c.text || c.term.Of(policy) != c.of || c.term.Setting(policy).Directive != c.decides {
			t.Errorf("%s is %v, decided by %s; want %s, %v, %s", c.term, c.term.Of(policy), c.term.Setting(policy).Directive, c.text, c.of, c.decides)
		}
	}
	if got := decided([]Check{Answers(502), AnswersInTime(ReadTimeout), TakesAtLeast(ConnectTimeout)}, policy); !strings.HasPrefix(got, "read 2s") {
		t.Errorf("what decides is %q", got)
	}
	if got := decided([]Check{Answers(502)}, policy); got != "" {
		t.Errorf("without a time %q decides", got)
	}
}

// Whoever asks late may find that a cache's time is over.
func TestWhetherAFaultOutlastsItselfIsAskedInTime(t *testing.T) {
	for name, c := range map[string]struct {
		r            Recovery
		wrong, doubt bool
	}{
		"the first one fails":          {r: Recovery{Asked: ms, Failed: 1}},
		"it fails late":                {r: Recovery{Asked: time.Hour, Failed: 1}},
		"the first one is served":      {r: Recovery{Asked: 999 * ms}, wrong: true},
		"it is served, and asked late": {r: Recovery{Asked: time.Second}, wrong: true, doubt: true},
	} {
		err := Outlasts().Judge(policy, &Evidence{Recovery: c.r})
		if _, doubt := err.(Doubt); (err != nil) != c.wrong || doubt != c.doubt {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A connection that the gateway ends once its read timeout is over is no sign that it went with its
// client.
func TestWhoEndsAnUpstreamsWork(t *testing.T) {
	p := Policy{Read: Setting{Value: 2 * time.Second}}
	for after, want := range map[time.Duration]Verdict{0: Pass, 500 * ms: Fail, 1999 * ms: Fail, 2000 * ms: Inconclusive, 2300 * ms: Inconclusive} {
		e := &Evidence{Exchange: agent.Exchange{Began: time.Second}}
		if after > 0 {
			e.After.Events = []agent.Event{{Kind: agent.Gone, At: time.Second + after, Peer: agent.NearAddr(0)}}
			e.Hosts = []int{0}
		}
		err, got := KeepsUpstream().Judge(p, e), Pass
		if doubt := Doubt(""); errors.As(err, &doubt) {
			got = Inconclusive
		} else if err != nil {
			got = Fail
		}
		if got != want {
			t.Errorf("ended after %v it is %v, want %v: %v", after, got, want, err)
		}
	}
}
