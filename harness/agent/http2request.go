package agent

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http/httputil"
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http2/hpack"
)

// An HTTP2Request is a request as HTTP/2 says it.
type HTTP2Request struct {
	fields []hpack.HeaderField
	body   []byte
	// open leaves the stream open after the body: what was given breaks off before its own
	// framing's end, and who breaks off in HTTP/1.1 has not said that there is no more.
	open bool
}

// hopByHop are the fields that speak of one connection (RFC 9113 8.2.2), and Host, which is
// said as :authority.
var hopByHop = []string{"connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade", "host"}

// ParseHTTP2Request translates the text of an HTTP/1.1 request. It repairs nothing: what the
// text says wrongly and HTTP/2 can say, it says.
func ParseHTTP2Request(text []byte, scheme string) (q HTTP2Request, err error) {
	head, body, found := bytes.Cut(text, []byte("\r\n\r\n"))
	if !found {
		return q, errors.New("a request without an end of its fields cannot be said in HTTP/2")
	}
	lines := strings.Split(string(head), "\r\n")
	words := strings.Split(lines[0], " ")
	if len(words) != 3 {
		return q, fmt.Errorf("a request line of %d words cannot be said in HTTP/2: %.80q", len(words), lines[0])
	}
	var fields []Field
	for _, line := range lines[1:] {
		name, value, found := strings.Cut(line, ":")
		if !found {
			return q, fmt.Errorf("a field without a colon cannot be said in HTTP/2: %.80q", line)
		}
		fields = append(fields, Field{strings.ToLower(name), textproto.TrimString(value)})
	}
	q.fields = []hpack.HeaderField{{Name: ":method", Value: words[0]}, {Name: ":scheme", Value: scheme}}
	if host := valueOf(fields, "host"); host != "" {
		q.fields = append(q.fields, hpack.HeaderField{Name: ":authority", Value: host})
	}
	q.fields = append(q.fields, hpack.HeaderField{Name: ":path", Value: words[1]})
	q.fields = append(q.fields, endToEnd(fields)...)
	q.body, q.open = framed(fields, body)
	return q, nil
}

// endToEnd are the fields that are not about the connection.
func endToEnd(fields []Field) (kept []hpack.HeaderField) {
	dropped := slices.Clone(hopByHop)
	for _, f := range fields {
		if f.Name == "connection" {
			for _, name := range strings.Split(f.Value, ",") {
				dropped = append(dropped, strings.ToLower(textproto.TrimString(name)))
			}
		}
	}
	for _, f := range fields {
		if f.Name == "te" && strings.EqualFold(f.Value, "trailers") || !slices.Contains(append(dropped, "te"), f.Name) {
			kept = append(kept, hpack.HeaderField{Name: f.Name, Value: f.Value})
		}
	}
	return kept
}

// framed takes the body out of its HTTP/1.1 framing, and says whether that was still open.
func framed(fields []Field, body []byte) (_ []byte, open bool) {
	if strings.EqualFold(valueOf(fields, "transfer-encoding"), "chunked") {
		chunks, err := io.ReadAll(httputil.NewChunkedReader(bufio.NewReader(bytes.NewReader(body))))
		return chunks, err != nil
	}
	length, err := strconv.Atoi(valueOf(fields, "content-length"))
	return body, err == nil && length > len(body)
}

func valueOf(fields []Field, name string) string {
	r := Response{Fields: fields}
	return r.Get(name)
}
