package mutant

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
)

// Limits of what a client may ask.
const (
	maxRequestHead = 32 << 10
	maxRequestBody = 1 << 20
)

// request is what a client asked, read to its end before anything is passed on.
type request struct {
	method, target string
	minor          byte // of the client's HTTP version
	fields         []field
	body           []byte
}

// readRequest reads one request. It takes bodies of a known length only. A *failure
// says what is wrong with the request; any other error, that there was none.
func readRequest(in io.Reader) (*request, error) {
	r := newAnswerReader(in, maxRequestHead, leniency{})
	q, err := parseRequest(r)
	var f *failure
	if !errors.As(err, &f) {
		return q, err
	}
	switch f.kind {
	case protocolError, requestError:
		return nil, &failure{kind: requestError, text: f.text}
	}
	return nil, fmt.Errorf("%w: %s", errClientGone, f.text)
}

func parseRequest(r *answerReader) (*request, error) {
	line, err := r.line(requestError)
	if err != nil {
		return nil, err
	}
	words := strings.Split(line, " ")
	if len(words) != 3 || !isToken(words[0]) || words[2] != "HTTP/1.1" && words[2] != "HTTP/1.0" {
		return nil, badRequest("no request line: %q", line)
	}
	q := &request{method: words[0], target: words[1], minor: words[2][len("HTTP/1.")]}
	if q.fields, err = r.fields(requestError); err != nil {
		return nil, err
	}
	if len(listed(q.fields, "Transfer-Encoding")) > 0 || q.method == "CONNECT" {
		return nil, badRequest("a request that this proxy does not take")
	}
	length, err := oneLength(listed(q.fields, "Content-Length"), false)
	if err != nil || length > maxRequestBody {
		return nil, badRequest("a length that this proxy does not take")
	}
	q.body = make([]byte, length)
	if _, err = io.ReadFull(r.in, q.body); err != nil {
		return nil, fmt.Errorf("%w: %w", errClientGone, err)
	}
	return q, nil
}

func badRequest(format string, args ...any) *failure {
	return &failure{kind: requestError, text: fmt.Sprintf(format, args...)}
}

// host is the host name that is asked for, without its port.
func (q *request) host() string {
	hosts := listed(q.fields, "Host")
	if len(hosts) != 1 {
		return ""
	}
	if host, _, err := net.SplitHostPort(hosts[0]); err == nil {
		return strings.ToLower(host)
	}
	return strings.ToLower(hosts[0])
}

// bytes is the request as the upstream gets it.
func (q *request) bytes() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\n", q.method, q.target)
	writeFields(&b, passedOn(q.fields))
	b.WriteString("Via: 1.1 mutant\r\nConnection: close\r\n\r\n")
	b.Write(q.body)
	return b.Bytes()
}

// passedOn leaves out what is for this connection alone (RFC 9110 7.6.1). What tells
// where messages end, or go to, stays whatever the Connection field says.
func passedOn(fields []field) []field {
	hop := []string{"connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"}
	for _, name := range listed(fields, "Connection") {
		if name = strings.ToLower(name); name != "content-length" && name != "host" {
			hop = append(hop, name)
		}
	}
	return slices.DeleteFunc(slices.Clone(fields), func(f field) bool {
		return slices.Contains(hop, strings.ToLower(f.name))
	})
}

func writeFields(b *bytes.Buffer, fields []field) {
	for _, f := range fields {
		fmt.Fprintf(b, "%s: %s\r\n", f.name, f.value)
	}
}

// splitHostPort is net.SplitHostPort for an upstream, which needs both.
func splitHostPort(s string) (host, port string, err error) {
	host, port, err = net.SplitHostPort(s)
	if err == nil && (host == "" || port == "") {
		err = errors.New("a host and a port are needed: " + s)
	}
	return host, port, err
}
