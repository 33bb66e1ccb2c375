package nginx

import (
	"regexp"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// errorLine is a line of the error log: time, level, process, connection, message.
var errorLine = regexp.MustCompile(`^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[(warn|error|crit|alert|emerg)\] \d+#\d+: (?:\*\d+ )?(.*)$`)

// client is the field that NGINX appends to what it says about a request.
var client = regexp.MustCompile(`, client: ([0-9a-fA-F.:]+)`)

// actions are what NGINX says at the end of a message that it was doing.
var actions = []struct {
	said  string
	phase harness.Phase
}{
	{"while connecting to upstream", harness.PhaseConnect},
	{"while SSL handshaking to upstream", harness.PhaseTLS},
	{"while sending request to upstream", harness.PhaseSend},
	{"while reading response header from upstream", harness.PhaseHeader},
	{"while reading upstream", harness.PhaseBody},
}

// noise is what NGINX says of exchanges in which nothing is wrong.
var noise = []string{"a client request body is buffered to a temporary file", "an upstream response is buffered to a temporary file"}

// read makes sense of a line of the error log that is about an exchange, or that says
// why NGINX does not start.
func read(line string) (harness.LogLine, bool) {
	m := errorLine.FindStringSubmatch(line)
	if m == nil {
		return harness.LogLine{}, false
	}
	l := harness.LogLine{Text: m[2]}
	if c := client.FindStringSubmatch(m[2]); c != nil {
		l.Client = c[1]
	} else if l.Crash = strings.Contains(m[2], "exited on signal"); l.Crash {
		return l, true
	} else if m[1] != "emerg" && m[1] != "alert" {
		return l, false
	}
	if slices.ContainsFunc(noise, func(n string) bool { return strings.HasPrefix(m[2], n) }) {
		return harness.LogLine{}, false
	}
	if s := find(m[2]); s != nil {
		l.Phase, l.ErrorType = s.phase, s.errorType
	}
	if l.Phase == "" {
		l.Phase = phaseOf(m[2])
	}
	return l, true
}

// phaseOf tells by the end of a message where in the exchange it was.
func phaseOf(message string) harness.Phase {
	own, _ := voices(message)
	for _, a := range actions {
		if strings.HasSuffix(own, a.said) {
			return a.phase
		}
	}
	return ""
}
