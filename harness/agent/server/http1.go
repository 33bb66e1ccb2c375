//go:build linux

package server

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httputil"
	"regexp"
	"slices"
	"strings"

	"github.com/badgateway/badgateway/harness/agent"
)

// longestHead bounds the head of a request, as net/http does by default: gateways send a
// few KiB.
const longestHead = 1 << 20

// http1 is HTTP/1.0 and HTTP/1.1 (RFC 9112).
type http1 struct {
	limit   *io.LimitedReader
	in      *bufio.Reader // reads limit
	out     io.Writer
	request *http.Request // read last
}

func newHTTP1(in io.Reader, out io.Writer) *http1 {
	limit := &io.LimitedReader{R: in}
	return &http1{limit: limit, in: bufio.NewReaderSize(limit, 64<<10), out: out}
}

func (h *http1) read() (a asked, err error) {
	h.limit.N = longestHead
	req, err := h.readRequest()
	if h.limit.N == 0 {
		return a, fmt.Errorf("a head of more than %d bytes", longestHead)
	}
	if err != nil {
		return a, err
	}
	h.limit.N = math.MaxInt64
	h.request = req
	a = asked{protocol: agent.HTTP11, text: req.Method + " " + req.RequestURI, head: req.Method == http.MethodHead, last: req.Close}
	switch {
	case !req.ProtoAtLeast(1, 1):
		a.protocol = agent.HTTP10
	case wantsWebSocket(req):
		a.protocol, a.last = agent.WebSocket, true
	}
	a.body, err = io.Copy(io.Discard, req.Body)
	return a, err
}

// readRequest takes what most servers take and net/http does not: a Host that is said twice,
// as configurations do that set it twice (RFC 9112 3.2 would have it refused).
func (h *http1) readRequest() (*http.Request, error) {
	head, err := h.peekHead()
	if err != nil || len(hosts.FindAllIndex(head, 2)) < 2 {
		return http.ReadRequest(h.in)
	}
	first := hosts.FindIndex(head)
	once := append(slices.Clone(head[:first[1]]), hosts.ReplaceAll(head[first[1]:], nil)...)
	if _, err := h.in.Discard(len(head)); err != nil {
		return nil, err
	}
	req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(once)))
	if err != nil {
		return nil, err
	}
	req.Body = io.NopCloser(h.bodyOf(req))
	return req, nil
}

// hosts are the lines of a head that name the host.
var hosts = regexp.MustCompile(`(?mi)^host:[^\n]*\n`)

// peekHead is the head that comes next, if it is of a usual size.
func (h *http1) peekHead() (head []byte, err error) {
	for n := 1; ; n = h.in.Buffered() + 1 {
		if _, err := h.in.Peek(n); err != nil {
			return nil, err
		}
		seen, _ := h.in.Peek(h.in.Buffered())
		if end := bytes.Index(seen, []byte("\r\n\r\n")); end >= 0 {
			return seen[:end+4], nil
		}
		if line, _, whole := bytes.Cut(seen, []byte("\n")); whole && !bytes.Contains(line, []byte(" HTTP/")) {
			return nil, errNoHead
		}
	}
}

// errNoHead ends the wait for what does not begin as a head.
var errNoHead = errors.New("no head")

// bodyOf reads the body behind a head.
func (h *http1) bodyOf(req *http.Request) io.Reader {
	if len(req.TransferEncoding) > 0 {
		return io.MultiReader(httputil.NewChunkedReader(h.in), &trailer{h.in})
	}
	return io.LimitReader(h.in, max(0, req.ContentLength))
}

// trailer reads to the empty line behind the last chunk, and gives nothing.
type trailer struct{ in *bufio.Reader }

func (t *trailer) Read([]byte) (int, error) {
	for {
		line, err := t.in.ReadString('\n')
		if err != nil {
			return 0, err
		}
		if strings.TrimSpace(line) == "" {
			return 0, io.EOF
		}
	}
}

func (h *http1) answer(a asked) error {
	if a.protocol == agent.WebSocket {
		return h.upgrade()
	}
	var fields []string
	if a.last {
		fields = append(fields, "Connection: close")
	}
	_, err := io.WriteString(h.out, healthy("HTTP/1.1 200 OK", a, fields...))
	return err
}
