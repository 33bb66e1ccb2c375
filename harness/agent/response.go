package agent

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// Limits of what is kept of a response. Reading goes on past them.
const (
	maxLine    = 64 << 10
	maxFields  = 1000
	maxInterim = 100
	keepRaw    = 2 << 10 // the first bytes as they came
	keepStart  = 128     // the first bytes of the body
	keepBody   = 4 << 10 // the last bytes of the body
)

// Field is one header line.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Response is one response as a client finds it on the wire, broken or whole: of HTTP/1.x
// (RFC 9112), or of HTTP/2, whose trailers then follow the other fields. net/http hides or
// repairs what has to be seen here.
type Response struct {
	Status int     `json:"status"` // 0: no status line
	Line   string  `json:"line,omitempty"`
	Fields []Field `json:"fields,omitempty"`
	// Whole says that the response was complete by its own framing. A body that only
	// the end of the connection delimits is whole when that end was a FIN (in TLS, one that
	// was announced).
	Whole   bool   `json:"whole"`
	Problem string `json:"problem,omitempty"` // why it is not whole
	Bytes   int    `json:"bytes"`             // everything read
	Body    int    `json:"body"`              // bytes of the decoded body
	Raw     []byte `json:"raw,omitempty"`     // the first bytes, as they came
	Start   []byte `json:"start,omitempty"`   // the first bytes of the decoded body
	Tail    []byte `json:"tail,omitempty"`    // the last bytes of the decoded body
	// Interim are the statuses of the interim answers that came first (RFC 9110 15.2).
	Interim []int `json:"interim,omitempty"`
	// Extra is how many bytes came after the response's end.
	Extra int `json:"extra,omitempty"`
}

// Get returns the value of the first field with that name, "" if there is none.
func (r *Response) Get(name string) string {
	for _, f := range r.Fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// ReadResponse reads one response to a request with that method and says how the
// reading ended. It returns at the end of the response where the framing shows one.
func ReadResponse(r io.Reader, method string) (Response, End) {
	rd := newResponseReader(r, method)
	return rd.ended(rd.read())
}

func newResponseReader(r io.Reader, method string) *responseReader {
	rd := &responseReader{in: &tally{r: r}, method: method}
	rd.buf = bufio.NewReaderSize(rd.in, maxLine)
	return rd
}

// ended is the response once reading it has ended so.
func (r *responseReader) ended(err error) (Response, End) {
	r.res.Bytes, r.res.Raw = r.in.n, r.in.head
	if err == nil {
		r.res.Whole, r.res.Extra = true, r.buf.Buffered()
		if r.byEnd {
			return r.res, EndFIN
		}
		return r.res, EndComplete
	}
	end := endOf(err)
	r.res.Problem = problem(err, end)
	return r.res, end
}

// endOf names the end of a connection by the error that its reader got.
func endOf(err error) End {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return EndPatience
	case errors.Is(err, syscall.ECONNRESET):
		return EndReset
	}
	return EndFIN
}

func problem(err error, end End) string {
	var malformed malformedError
	if errors.As(err, &malformed) {
		return string(malformed)
	}
	switch end {
	case EndPatience:
		return "nothing more came"
	case EndReset:
		return "the connection was reset"
	}
	return "the connection was closed"
}

// A malformedError is the response's own fault, not the connection's.
type malformedError string

func (e malformedError) Error() string { return string(e) }

type responseReader struct {
	in     *tally
	buf    *bufio.Reader
	method string
	res    Response
	byEnd  bool // only the end of the connection delimits the body
}

func (r *responseReader) read() error {
	for {
		if err := r.statusLine(); err != nil {
			return err
		}
		if err := r.fields(); err != nil {
			return err
		}
		if r.res.Status/100 != 1 || r.res.Status == 101 {
			break
		}
		r.res.Fields = nil // an interim response, RFC 9110 15.2
		if len(r.res.Interim) < maxInterim {
			r.res.Interim = append(r.res.Interim, r.res.Status)
		}
	}
	return r.body()
}

// statusLine reads HTTP-version SP status-code SP [reason] (RFC 9112 4).
func (r *responseReader) statusLine() error {
	line, err := r.line()
	if err != nil && line == "" {
		return err
	}
	version, rest, _ := strings.Cut(line, " ")
	code, _, _ := strings.Cut(rest, " ")
	n, bad := strconv.Atoi(code)
	if !strings.HasPrefix(version, "HTTP/1.") || len(code) != 3 || bad != nil || n < 100 {
		r.res.Status, r.res.Line = 0, ""
		if _, err := io.Copy(io.Discard, r.buf); err != nil { // read what there is
			return fmt.Errorf("%w, then %w", malformedError("no status line"), err)
		}
		return malformedError("no status line")
	}
	r.res.Status, r.res.Line = n, line
	return err
}

func (r *responseReader) fields() error {
	for {
		line, err := r.line()
		if err != nil {
			return err
		}
		if line == "" {
			return nil
		}
		name, value, _ := strings.Cut(line, ":")
		if len(r.res.Fields) < maxFields {
			r.res.Fields = append(r.res.Fields, Field{name, strings.TrimSpace(value)})
		}
	}
}

// body reads by the rules of RFC 9112 6.3, in their order.
func (r *responseReader) body() error {
	status := r.res.Status
	if r.method == "HEAD" || status == 101 || status == 204 || status == 304 {
		return nil
	}
	if te := r.res.Get("Transfer-Encoding"); te != "" {
		if !strings.EqualFold(te, "chunked") {
			return malformedError("a transfer coding that was not asked for: " + te)
		}
		return r.chunks()
	}
	if length := r.res.Get("Content-Length"); length != "" {
		for _, f := range r.res.Fields {
			if strings.EqualFold(f.Name, "Content-Length") && f.Value != length {
				return malformedError("two Content-Lengths: " + length + " and " + f.Value)
			}
		}
		n, err := strconv.ParseUint(length, 10, 63)
		if err != nil {
			return malformedError("a Content-Length that is no number: " + length)
		}
		return r.take(int64(n))
	}
	r.byEnd = true
	_, err := io.Copy((*bodyWriter)(&r.res), r.buf)
	return err
}

func (r *responseReader) chunks() error {
	for {
		line, err := r.line()
		if err != nil {
			return err
		}
		size, _, _ := strings.Cut(line, ";")
		n, err := strconv.ParseUint(strings.TrimSpace(size), 16, 63)
		if err != nil {
			return malformedError(fmt.Sprintf("a chunk size that is no number: %.20q", size))
		}
		if n == 0 {
			return r.trailer()
		}
		if err := r.take(int64(n)); err != nil {
			return err
		}
		if line, err := r.line(); err != nil {
			return err
		} else if line != "" {
			return malformedError("a chunk that does not end where its size says")
		}
	}
}

func (r *responseReader) trailer() error {
	for {
		if line, err := r.line(); err != nil || line == "" {
			return err
		}
	}
}

func (r *responseReader) take(n int64) error {
	got, err := io.CopyN((*bodyWriter)(&r.res), r.buf, n)
	if err == io.EOF && got < n {
		return io.ErrUnexpectedEOF
	}
	return err
}

// line reads up to LF and drops the line's end.
func (r *responseReader) line() (string, error) {
	b, err := r.buf.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return "", malformedError("a line of over 64 KiB")
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return strings.TrimRight(string(b), "\r\n"), err
}

// bodyWriter counts the body and keeps its last bytes.
type bodyWriter Response

func (w *bodyWriter) Write(p []byte) (int, error) {
	w.Body += len(p)
	w.Start = append(w.Start, p[:min(len(p), keepStart-len(w.Start))]...)
	w.Tail = append(w.Tail, p...)
	if over := len(w.Tail) - keepBody; over > 0 {
		w.Tail = append([]byte(nil), w.Tail[over:]...)
	}
	return len(p), nil
}

// tally counts what was read and keeps the first bytes.
type tally struct {
	r    io.Reader
	n    int
	head []byte
}

func (t *tally) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	t.n += n
	if room := keepRaw - len(t.head); room > 0 {
		t.head = append(t.head, p[:min(n, room)]...)
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		err = os.ErrDeadlineExceeded
	}
	return n, err
}
