package nginx

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/nginx/config"
)

var _ harness.Interpreter = reference{}

func (reference) Symptoms() []harness.Symptom { return known() }

func (reference) Interpret(line string) (harness.Sign, harness.Sense) { return interpret(line) }

func (reference) Mask(line string) string { return config.Mask(line) }

// known is all that either log can show.
func known() (found []harness.Symptom) {
	for i := range symptoms {
		found = append(found, symptoms[i].public())
	}
	for i := range statuses {
		found = append(found, statuses[i].public())
	}
	return found
}

// published are the rows as the harness knows them: a log has millions of lines.
var published = func() map[any]harness.Symptom {
	by := map[any]harness.Symptom{}
	for i := range symptoms {
		by[&symptoms[i]] = symptoms[i].public()
	}
	for i := range statuses {
		by[&statuses[i]] = statuses[i].public()
	}
	return by
}()

// interpret takes a line of the error log, of an access log, or NGINX's bare words.
func interpret(line string) (harness.Sign, harness.Sense) {
	line = unwrapped(line)
	if at := begins(logged, line); at != nil {
		sign := harness.Sign{Log: harness.ErrorLog, Stamp: line[at[2]:at[3]]}
		sign.At, _ = time.Parse("2006/01/02 15:04:05", sign.Stamp)
		return told(sign, line[at[1]:], line[at[4]:at[5]])
	}
	if at := begins(early, line); at != nil {
		return told(harness.Sign{Log: harness.ErrorLog}, line[at[1]:], line[at[2]:at[3]])
	}
	if a, ok := accessed(line); ok {
		return a.sign()
	}
	sign, sense := told(harness.Sign{}, line, "")
	sign.Said = sign.Symptom.Says // whose words are around it is not known
	return sign, sense
}

var (
	// logged is the beginning of a line of the error log.
	logged = regexp.MustCompile(`(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) \[(\w+)\] \d+#\d+: (?:\*\d+ )?`)
	// early is how NGINX speaks before its log is open.
	early = regexp.MustCompile(`\bnginx: \[(\w+)\] `)
)

// begins finds the beginning of what NGINX has written, behind whatever a collector (journald,
// compose, syslog) puts before it: that is short and holds no quote, as words of others do.
func begins(re *regexp.Regexp, line string) []int {
	const before = 300
	head := line[:min(len(line), before)]
	if quote := strings.IndexAny(head, "\"{"); quote >= 0 {
		head = head[:quote]
	}
	return re.FindStringSubmatchIndex(head)
}

// told is what a message of that level shows.
func told(sign harness.Sign, message, level string) (harness.Sign, harness.Sense) {
	s := find(message)
	switch {
	case s != nil:
	case level == "notice" || level == "info" || level == "debug":
		return sign, harness.Sound
	default:
		return sign, harness.Unknown
	}
	sign.Symptom = published[s]
	if sign.Symptom.Phase == "" {
		sign.Symptom.Phase = phaseOf(message)
	}
	own, _ := voices(message)
	sign.Said = own[:min(len(own), longest)]
	if at := strings.Index(message, upstreamField); at >= 0 {
		if m := peer.FindStringSubmatch(message[at+len(upstreamField):]); m != nil {
			sign.Upstreams = []string{m[1]}
		}
	}
	return sign, harness.Symptomatic
}

// longest is what is shown of NGINX's own words, which are not longer as a rule.
const longest = 300

// upstreamField is how NGINX writes the field of a message that names the upstream, and peer
// what is in it: of a unix socket the path ends at a colon, of another address at a slash.
const upstreamField = `, upstream: "`

var peer = regexp.MustCompile(`^((?:https?|grpcs?|fastcgi|s?uwsgi|scgi|memcached)://(?:unix:[\w./-]{1,108}|(?:\[[0-9a-fA-F:.]+\]|[\w.-]{1,255})(?::\d{1,5})?))(?:["/]|:["/])`)

// collected is what Docker's json-file, and collectors like it, make of a line.
type collected struct{ Log, Message string }

// unwrapped is the line that a collector has put into JSON.
func unwrapped(line string) string {
	var c collected
	if !strings.HasPrefix(line, "{") || json.Unmarshal([]byte(line), &c) != nil {
		return line
	}
	for _, inner := range []string{c.Log, c.Message} {
		if inner != "" {
			return strings.TrimRight(inner, "\r\n")
		}
	}
	return line
}
