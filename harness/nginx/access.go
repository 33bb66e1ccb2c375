package nginx

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/badgateway/badgateway/harness"
)

// access is what a line of an access log tells: some of NGINX's variables, by name.
type access struct {
	fields map[string]string
	stamp  string
	at     time.Time
}

// accessed reads the combined format with whatever is added to it by name, name=value, and
// JSON. Values without a name, behind the combined format, are left alone: nothing says which
// is which.
func accessed(line string) (access, bool) {
	a := access{fields: map[string]string{}}
	if strings.HasPrefix(line, "{") {
		a.json(line)
	} else if m := combined.FindStringSubmatch(line[max(0, strings.IndexByte(line, '[')):]); m != nil {
		a.pairs(m[3])
		a.fields["time_local"], a.fields["status"] = m[1], m[2]
	} else if strings.Contains(line, "=") {
		a.pairs(line)
	}
	code := a.code()
	if code < 100 || code > 599 || len(a.fields) < 2 {
		return access{}, false
	}
	a.clock()
	return a, true
}

// combined is NGINX's own format (ngx_http_log_module) from its time on, which is the first
// thing in brackets. In what it quotes, NGINX writes a quote as \x22.
var combined = regexp.MustCompile(`^\[(\d\d/\w{3}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4})\] "[^"]*" (\d{3}) (?:\d+|-)(.*)$`)

// pair is a name with its value, or a quoted text without a name, which is passed over.
var pair = regexp.MustCompile(`(?:([\w.-]+)[=:])?"((?:[^"\\]|\\.)*)"|([\w.-]+)=([^\s",]+)`)

func (a access) pairs(text string) {
	for _, m := range pair.FindAllStringSubmatch(text, -1) {
		a.add(m[1]+m[3], m[2]+m[4])
	}
}

func (a access) json(line string) {
	d := json.NewDecoder(strings.NewReader(line))
	d.UseNumber()
	var fields map[string]any
	if d.Decode(&fields) != nil {
		return
	}
	for name, value := range fields {
		switch v := value.(type) {
		case string:
			a.add(name, v)
		case json.Number:
			a.add(name, v.String())
		}
	}
}

// variables are what is of use, by the names that formats give it.
var variables = map[string]string{
	"status": "status", "response_status": "status",
	"upstream_status": "upstream_status", "us": "upstream_status",
	"upstream_addr": "upstream_addr", "ua": "upstream_addr", "upstream": "upstream_addr",
	"request_time": "request_time", "rt": "request_time",
	"upstream_connect_time": "upstream_connect_time", "uct": "upstream_connect_time",
	"upstream_header_time": "upstream_header_time", "uht": "upstream_header_time",
	"upstream_response_time": "upstream_response_time", "urt": "upstream_response_time", "ut": "upstream_response_time",
	"time_local": "time_local", "time_iso8601": "time_iso8601", "time": "time_iso8601", "@timestamp": "time_iso8601",
	"msec": "msec",
}

func (a access) add(name, value string) {
	variable := variables[strings.TrimPrefix(strings.ToLower(name), "$")]
	if variable == "" || variable == "upstream_addr" && addresses(value) == nil && value != "-" && value != "" {
		return // "ua" is the user agent as often
	}
	a.fields[variable] = value
}

func (a access) code() int {
	n, err := strconv.Atoi(a.fields["status"])
	if err != nil {
		return 0
	}
	return n
}

// clock sets when it was, where that is told.
func (a *access) clock() {
	for name, layout := range map[string]string{"time_local": "02/Jan/2006:15:04:05 -0700", "time_iso8601": time.RFC3339} {
		if at, err := time.Parse(layout, a.fields[name]); err == nil {
			a.at, a.stamp = at, a.fields[name]
			return
		}
	}
	if s, err := strconv.ParseFloat(a.fields["msec"], 64); err == nil && s > 0 && s < 1e11 {
		a.at = time.UnixMilli(int64(s * 1000)).UTC()
		a.stamp = a.at.Format(time.RFC3339)
	}
}

// last is a variable's value for the server that was asked last: NGINX has them behind each
// other, with a comma, or a colon for another group of servers.
func (a access) last(name string) (value string, logged bool) {
	value, logged = a.fields[name]
	parts := several.Split(value, -1)
	return strings.TrimSpace(parts[len(parts)-1]), logged
}

var several = regexp.MustCompile(`,\s*| : `)

// addresses are those in a value of $upstream_addr, nil where it holds anything else.
func addresses(value string) (found []string) {
	for _, part := range several.Split(value, -1) {
		part = strings.TrimSpace(part)
		if !server.MatchString(part) {
			return nil
		}
		if part != "-" {
			found = append(found, part)
		}
	}
	return found
}

var server = regexp.MustCompile(`^(?:-|unix:[\w./-]{1,108}|[\w.\[\]-]*[\w\]](?::\d+)?|\[[0-9a-fA-F:.]+\]:\d+)$`)

// reach is how far the exchange with the last server came.
func (a access) reach() reach {
	status, told := a.last("upstream_status")
	address, named := a.last("upstream_addr")
	connect, timed := a.last("upstream_connect_time")
	header, answered := a.last("upstream_header_time")
	absent := func(s string) bool { return s == "" || s == "-" }
	switch {
	case named && absent(address), !named && told && absent(status) && a.code() != 499:
		return unasked // of a client that gave up the status is missing in any case
	case answered && !absent(header):
		return passedOn
	case timed && absent(connect):
		return unconnected
	case timed && answered:
		return unheard
	}
	return untold
}

// sign is what the line shows.
func (a access) sign() (harness.Sign, harness.Sense) {
	s := statusOf(a.code(), a.reach())
	if s == nil {
		return harness.Sign{Log: harness.AccessLog}, harness.Sound
	}
	sign := harness.Sign{
		Symptom: published[s], Log: harness.AccessLog, At: a.at, Stamp: a.stamp,
		Upstreams: addresses(a.fields["upstream_addr"]),
	}
	sign.Said = sign.Symptom.Says
	if t, ok := a.last("request_time"); ok {
		if seconds, err := strconv.ParseFloat(t, 64); err == nil {
			sign.Said += fmt.Sprintf(" (%.3f s)", seconds)
		}
	}
	return sign, harness.Symptomatic
}
