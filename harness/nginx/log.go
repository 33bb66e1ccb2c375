package nginx

import (
	"regexp"
	"strings"

	"github.com/badgateway/badgateway/harness"
)

// errorLine is a line of the error log: time, level, process, connection, message.
var errorLine = regexp.MustCompile(`^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[(warn|error|crit|alert|emerg)\] \d+#\d+: (?:\*\d+ )?(.*)$`)

// client is the field that NGINX appends to what it says about a request.
var client = regexp.MustCompile(`, client: ([0-9a-fA-F.:]+)`)

// phases tells by the end of a message where in the exchange it was.
var phases = []struct {
	said  string
	phase harness.Phase
}{
	{"host not found in upstream", harness.PhaseStart},
	{"could not be resolved", harness.PhaseResolve},
	{"no resolver defined", harness.PhaseResolve},
	{"while connecting to upstream", harness.PhaseConnect},
	{"while sending request to upstream", harness.PhaseSend},
	{"while reading response header from upstream", harness.PhaseHeader},
	{"while reading upstream", harness.PhaseBody},
}

// errorTypes tells by a message what RFC 9209 section 2.3 calls it. The first match
// counts. NGINX's read timeout runs between two reads, which is connection_read_timeout.
var errorTypes = []struct{ said, and, errorType string }{
	{"host not found in upstream", "", "dns_error"},
	{"could not be resolved (110:", "", "dns_timeout"},
	{"could not be resolved", "", "dns_error"},
	{"no resolver defined", "", "proxy_configuration_error"},
	{"connect() failed (111:", "", "connection_refused"},
	{"connect() failed (113:", "", "destination_ip_unroutable"},
	{"connect() failed (101:", "", "destination_ip_unroutable"},
	{"connect() failed (104:", "", "connection_terminated"},
	// Where connect(2) itself says no, before there is a packet, the address is named.
	{"connect() to", "failed (101:", "destination_ip_unroutable"},
	{"connect() to", "failed (113:", "destination_ip_unroutable"},
	{"connect() to", "failed (13:", "destination_ip_prohibited"},
	{"upstream timed out", "while connecting", "connection_timeout"},
	{"upstream timed out", "while sending", "connection_write_timeout"},
	{"upstream timed out", "while reading", "connection_read_timeout"},
	{"failed (104:", "upstream", "connection_terminated"},
	{"failed (32:", "upstream", "connection_terminated"},
	{"upstream prematurely closed connection", "", "http_response_incomplete"},
	{"upstream sent too big header", "", "http_response_header_section_size"},
	{"upstream sent invalid chunked response", "", "http_response_transfer_coding"},
	{"upstream sent no valid HTTP/1.0 header", "", "http_protocol_error"},
	{"upstream sent invalid header", "", "http_protocol_error"},
	{"upstream sent invalid status", "", "http_protocol_error"},
	{"upstream sent duplicate header line", "", "http_protocol_error"},
	{"no live upstreams", "", "destination_unavailable"},
}

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
	} else if m[1] != "emerg" {
		return l, false
	}
	said, _, _ := strings.Cut(m[2], ", client: ") // what follows holds words of the client
	for _, p := range phases {
		if strings.Contains(said, p.said) {
			l.Phase = p.phase
			break
		}
	}
	for _, t := range errorTypes {
		if strings.Contains(said, t.said) && strings.Contains(said, t.and) {
			l.ErrorType = t.errorType
			break
		}
	}
	return l, true
}
