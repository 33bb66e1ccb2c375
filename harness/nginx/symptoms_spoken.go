package nginx

import (
	"slices"
	"strings"
)

// What is said of one protocol is said of the others too. The line tells them apart: it names the
// upstream with its scheme, and the request with the client's version and method.

// spoken is how a line tells that it is of such an upstream.
var spoken = map[string]string{
	"fastcgi":   "The upstream in the line begins with fastcgi://: look at the application server's pool and log (php-fpm).",
	"uwsgi":     "The upstream in the line begins with uwsgi://: look at the workers and the log of uWSGI.",
	"scgi":      "The upstream in the line begins with scgi://.",
	"memcached": "The upstream in the line begins with memcached://.",
	"grpc":      "The upstream in the line begins with grpc://, and the client sees a gRPC status of its library's making.",
	"socket":    "The upstream in the line is a unix socket: `ss -lx` on the gateway's own host shows who listens.",
	"http10":    "The upstream speaks HTTP/1.0, where the end of the connection is the end of the answer.",
	"websocket": "The request asked for an upgrade: the browser shows a WebSocket that did not open, or that closed.",
}

// asked is how a line tells that it is of such a client.
var asked = map[string]string{
	"http10": "The request in the line ends with HTTP/1.0.",
	"h2":     "The request in the line ends with HTTP/2.0.",
	"tls":    "The server in the line listens for TLS.",
	"head":   "The request in the line is a HEAD.",
	"put":    "The request in the line is a PUT.",
	"post":   "The request in the line is a POST.",
}

// ofUpstreams are the scenarios of that name in families of upstreams.
func ofUpstreams(name, families string) (found []candidate) {
	for family := range strings.FieldsSeq(families) {
		found = append(found, candidate{family + "/" + name, spoken[family]})
	}
	return found
}

// ofClients are the scenarios of that name of clients.
func ofClients(name, clients string) (found []candidate) {
	for client := range strings.FieldsSeq(clients) {
		found = append(found, candidate{"client/" + client + "-" + name, asked[client]})
	}
	return found
}

var wantsFastCGI = candidate{"misconfig/wants-fastcgi", "It is said of every request, the port is php-fpm's, and the line has no fastcgi:// before it."}

// everywhere are further candidates of rows, by what those say.
var everywhere = []struct {
	said, and string
	more      []candidate
}{
	{"connect() failed (111:", "", slices.Concat(
		ofUpstreams("refused", "fastcgi uwsgi scgi memcached grpc http10 websocket"), ofClients("refused", "http10 h2 tls head put post"))},
	{"failed (104:", "while reading response header from upstream", append(
		ofUpstreams("reset", "fastcgi uwsgi scgi grpc"), append(ofUpstreams("killed", "grpc"), wantsFastCGI)...)},
	{"failed (104:", "while sending request to upstream", append(
		ofUpstreams("reset", "fastcgi uwsgi scgi grpc"), append(ofUpstreams("killed", "grpc"), wantsFastCGI)...)},
	{"failed (104:", "while reading upstream", append(
		ofUpstreams("reset-no-length", "http10"), ofClients("cut-no-length", "http10 h2")...)},
	{"upstream prematurely closed connection", "", append(
		ofUpstreams("cut", "uwsgi scgi grpc"), ofClients("cut", "http10 h2 tls")...)},
	{"upstream prematurely closed connection", "while reading response header from upstream", slices.Concat(
		ofUpstreams("closed", "fastcgi uwsgi scgi grpc socket websocket"), ofUpstreams("killed", "fastcgi uwsgi scgi grpc socket"),
		ofUpstreams("cut-record", "fastcgi"), ofUpstreams("cut-header", "http10"), ofClients("killed", "put post"))},
	{"upstream sent invalid header", "", append(ofUpstreams("no-header", "fastcgi uwsgi scgi"), ofUpstreams("malformed", "socket")...)},
	{"upstream sent too big header", "", ofUpstreams("big-header", "fastcgi uwsgi scgi")},
	{"upstream timed out (110:", "while reading response header from upstream", slices.Concat(
		ofUpstreams("never", "fastcgi uwsgi scgi memcached grpc socket http10 websocket"), ofClients("never", "http10 h2 tls head put post"),
		[]candidate{
			{"overload/more-than-served", "It is said of many at once, in a rush, and the upstream's workers are all at work."},
			{"overload/retry-storm", "Each request has such a line for each server of the upstream{}, and the load at the upstreams is a multiple of the clients'."},
		})},
	{"upstream timed out (110:", "while reading upstream", ofUpstreams("stall", "fastcgi uwsgi scgi grpc socket")},
}

// widened is the table with them.
func widened(rows []symptom) []symptom {
	for _, e := range everywhere {
		i := slices.IndexFunc(rows, func(s symptom) bool { return s.said == e.said && s.and == e.and && s.quoted == "" })
		if i < 0 {
			panic("no row says " + e.said + " " + e.and) // it is of this package
		}
		rows[i].candidates = append(slices.Clip(rows[i].candidates), e.more...)
	}
	return rows
}
