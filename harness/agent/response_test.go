package agent

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
)

// stream is what comes over a connection, and how that ends.
func stream(text string, end error) io.Reader {
	return io.MultiReader(strings.NewReader(text), iotest.ErrReader(end))
}

// late is the timeout of a connection, in other words than the package's own.
type late struct{}

func (late) Error() string   { return "late" }
func (late) Timeout() bool   { return true }
func (late) Temporary() bool { return true }

func TestReadResponse(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	reset, patience := error(syscall.ECONNRESET), error(os.ErrDeadlineExceeded)
	for _, c := range []struct {
		name, text string
		then       error // io.EOF if nil
		method     string
		status     int
		whole      bool
		body       string
		end        End
		problem    string
	}{
		{name: "with a length", text: ok + "Content-Length: 3\r\n\r\nabc", status: 200, whole: true, body: "abc", end: EndComplete},
		{name: "with a length and more", text: ok + "Content-Length: 3\r\n\r\nabcHTTP/1.1 500 No\r\n\r\n", status: 200, whole: true, body: "abc", end: EndComplete},
		{name: "with a length of zero", text: ok + "content-length:0\r\n\r\n", then: patience, status: 200, whole: true, end: EndComplete},
		{name: "with LF alone", text: "HTTP/1.1 200 OK\nContent-Length: 1\n\na", status: 200, whole: true, body: "a", end: EndComplete},
		{name: "without a reason", text: "HTTP/1.0 503\r\nContent-Length: 0\r\n\r\n", status: 503, whole: true, end: EndComplete},
		{name: "with a strange status", text: "HTTP/1.1 999 ?\r\nContent-Length: 0\r\n\r\n", status: 999, whole: true, end: EndComplete},
		{name: "short", text: ok + "Content-Length: 4\r\n\r\nabc", status: 200, body: "abc", end: EndFIN, problem: "the connection was closed"},
		{name: "short, by reset", text: ok + "Content-Length: 4\r\n\r\nabc", then: reset, status: 200, body: "abc", end: EndReset, problem: "the connection was reset"},
		{name: "short, and waiting", text: ok + "Content-Length: 4\r\n\r\nabc", then: patience, status: 200, body: "abc", end: EndPatience, problem: "nothing more came"},
		{name: "short, and another's timeout", text: ok + "Content-Length: 4\r\n\r\nabc", then: late{}, status: 200, body: "abc", end: EndPatience, problem: "nothing more came"},
		{name: "the same length twice", text: ok + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", status: 200, whole: true, body: "abc", end: EndComplete},
		{name: "two lengths", text: ok + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", status: 200, end: EndFIN, problem: "two Content-Lengths: 3 and 4"},
		{name: "a length that is none", text: ok + "Content-Length: three\r\n\r\nabc", status: 200, end: EndFIN, problem: "a Content-Length that is no number: three"},
		{name: "a length with a sign", text: ok + "Content-Length: +3\r\n\r\nabc", status: 200, end: EndFIN, problem: "a Content-Length that is no number: +3"},
		{name: "a negative length", text: ok + "Content-Length: -3\r\n\r\nabc", status: 200, end: EndFIN, problem: "a Content-Length that is no number: -3"},

		{name: "interim", text: "HTTP/1.1 100 Continue\r\nX: 1\r\n\r\nHTTP/1.1 103 Early Hints\r\nContent-Length: 9\r\n\r\n" + ok + "Content-Length: 1\r\n\r\na", status: 200, whole: true, body: "a", end: EndComplete},
		{name: "interim and no more", text: "HTTP/1.1 100 Continue\r\n\r\n", status: 100, end: EndFIN, problem: "the connection was closed"},
		{name: "interim, then garbage", text: "HTTP/1.1 100 Continue\r\n\r\nno", end: EndFIN, problem: "no status line"},
		{name: "switching", text: "HTTP/1.1 101 Switching Protocols\r\n\r\nraw", status: 101, whole: true, end: EndComplete},

		{name: "chunked", text: ok + "Transfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n", status: 200, whole: true, body: "abc0123456789", end: EndComplete},
		{name: "chunked with extensions and trailers", text: ok + "Transfer-Encoding: chunked\r\n\r\n3;name=\"v\";x\r\nabc\r\n0;last\r\nSum: 1\r\nMore: 2\r\n\r\n", then: patience, status: 200, whole: true, body: "abc", end: EndComplete},
		{name: "chunked before a length", text: ok + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", status: 200, whole: true, body: "abc", end: EndComplete},
		{name: "chunked without its last", text: ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", status: 200, body: "abc", end: EndFIN, problem: "the connection was closed"},
		{name: "chunked without its end", text: ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n", then: reset, status: 200, body: "abc", end: EndReset, problem: "the connection was reset"},
		{name: "cut in a chunk", text: ok + "Transfer-Encoding: chunked\r\n\r\n5\r\nabc", status: 200, body: "abc", end: EndFIN, problem: "the connection was closed"},
		{name: "a bad chunk", text: ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n", status: 200, body: "abc", end: EndFIN, problem: `a chunk size that is no number: "zz"`},
		{name: "a chunk with a sign", text: ok + "Transfer-Encoding: chunked\r\n\r\n+3\r\nabc\r\n0\r\n\r\n", status: 200, end: EndFIN, problem: `a chunk size that is no number: "+3"`},
		{name: "a chunk longer than it says", text: ok + "Transfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n", status: 200, body: "ab", end: EndFIN, problem: "a chunk that does not end where its size says"},
		{name: "a coding that was not asked for", text: ok + "Transfer-Encoding: gzip\r\n\r\nabc", status: 200, end: EndFIN, problem: "a transfer coding that was not asked for: gzip"},

		{name: "HEAD", text: ok + "Content-Length: 99\r\n\r\n", method: "HEAD", then: patience, status: 200, whole: true, end: EndComplete},
		{name: "204", text: "HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc", status: 204, whole: true, end: EndComplete},
		{name: "304", text: "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n", then: patience, status: 304, whole: true, end: EndComplete},

		{name: "until FIN", text: ok + "\r\nabc", status: 200, whole: true, body: "abc", end: EndFIN},
		{name: "until reset", text: ok + "\r\nabc", then: reset, status: 200, body: "abc", end: EndReset, problem: "the connection was reset"},
		{name: "until patience", text: ok + "\r\nabc", then: patience, status: 200, body: "abc", end: EndPatience, problem: "nothing more came"},

		{name: "nothing", end: EndFIN, problem: "the connection was closed"},
		{name: "nothing but a reset", then: reset, end: EndReset, problem: "the connection was reset"},
		{name: "nothing in time", then: patience, end: EndPatience, problem: "nothing more came"},
		{name: "half a status line", text: "HTTP/1.1 20", end: EndFIN, problem: "no status line"},
		{name: "a status line without an end", text: "HTTP/1.1 200 OK", status: 200, end: EndFIN, problem: "the connection was closed"},
		{name: "half a header", text: ok + "Content-Le", then: reset, status: 200, end: EndReset, problem: "the connection was reset"},
		{name: "an SSH server", text: "SSH-2.0-OpenSSH\r\nmore\r\n", end: EndFIN, problem: "no status line"},
		{name: "an SSH server that waits", text: "SSH-2.0-OpenSSH\r\n", then: patience, end: EndPatience, problem: "no status line"},
		{name: "a TLS alert", text: "\x15\x03\x01\x00\x02\x02\x0a", then: reset, end: EndReset, problem: "no status line"},
		{name: "another version", text: "HTTP/2 200 OK\r\n\r\n", end: EndFIN, problem: "no status line"},
		{name: "a status of two digits", text: "HTTP/1.1 20 OK\r\n\r\n", end: EndFIN, problem: "no status line"},
		{name: "a status of four digits", text: "HTTP/1.1 2000 OK\r\n\r\n", end: EndFIN, problem: "no status line"},
		{name: "a status of letters", text: "HTTP/1.1 2OO OK\r\n\r\n", end: EndFIN, problem: "no status line"},
		{name: "a status with a sign", text: "HTTP/1.1 +99 OK\r\n\r\n", end: EndFIN, problem: "no status line"},
		{name: "a status below 100", text: "HTTP/1.1 099 OK\r\n\r\n", end: EndFIN, problem: "no status line"},
		{name: "a header without an end", text: ok + strings.Repeat("x", maxLine+1), status: 200, end: EndFIN, problem: "a line of over 64 KiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.then == nil {
				c.then = io.EOF
			}
			if c.method == "" {
				c.method = "GET"
			}
			r, end := ReadResponse(stream(c.text, c.then), c.method)
			if r.Status != c.status || r.Whole != c.whole || end != c.end || r.Problem != c.problem {
				t.Errorf("%d, whole %v, %s, %q; want %d, %v, %s, %q", r.Status, r.Whole, end, r.Problem, c.status, c.whole, c.end, c.problem)
			}
			if r.Body != len(c.body) || string(r.Tail) != c.body {
				t.Errorf("a body of %d bytes: %q, want %q", r.Body, r.Tail, c.body)
			}
			if (r.Status > 0) != strings.HasPrefix(r.Line, "HTTP/1.") {
				t.Errorf("the status %d was read in the line %q", r.Status, r.Line)
			}
			if r.Bytes > len(c.text) || !strings.HasPrefix(c.text, string(r.Raw)) || len(r.Raw) != min(r.Bytes, keepRaw) {
				t.Errorf("%d bytes of %d were read, the first are %q", r.Bytes, len(c.text), r.Raw)
			}
		})
	}
}

func TestFieldsAreKeptAsTheyCame(t *testing.T) {
	r, _ := ReadResponse(stream("HTTP/1.1 100 C\r\nServer: interim\r\n\r\nHTTP/1.1 200 OK\r\nServer:  edge \r\nX-A: 1\r\nX-a: 2\r\nno colon\r\nSet-Cookie: a=b: c\r\n\r\n", io.EOF), "GET")
	for name, want := range map[string]string{"server": "edge", "X-A": "1", "x-a": "1", "Set-Cookie": "a=b: c", "none": "", "no colon": ""} {
		if got := r.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if len(r.Fields) != 5 || r.Fields[2] != (Field{"X-a", "2"}) || r.Fields[3] != (Field{"no colon", ""}) {
		t.Errorf("the fields are %+v", r.Fields)
	}
}

func TestWhatIsKeptIsBounded(t *testing.T) {
	body := bytes.Repeat([]byte("0123456789"), keepBody/5) // twice of what is kept
	head := "HTTP/1.1 200 OK\r\n" + strings.Repeat("X: y\r\n", maxFields+5) + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(body))
	r, end := ReadResponse(stream(head+string(body), io.EOF), "HEAD")
	if len(r.Fields) != maxFields || !r.Whole || end != EndComplete {
		t.Errorf("%d fields, whole %v, %s", len(r.Fields), r.Whole, end)
	}
	r, _ = ReadResponse(stream("HTTP/1.1 200 OK\r\n\r\n"+string(body), io.EOF), "GET")
	if r.Body != len(body) || !bytes.Equal(r.Tail, body[len(body)-keepBody:]) || len(r.Raw) != keepRaw {
		t.Errorf("of a body of %d bytes %d were counted, %d and %d kept", len(body), r.Body, len(r.Tail), len(r.Raw))
	}
}

func FuzzReadResponse(f *testing.F) {
	for _, text := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "HTTP/1.1 100 C\r\n\r\nHTTP/1.1 204 N\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nabc", "garbage",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n0\r\nA: b\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 2\r\n\r\nab",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\na",
	} {
		for how := range byte(6) {
			f.Add(text, how)
		}
	}
	f.Fuzz(func(t *testing.T, text string, how byte) {
		method := []string{"GET", "HEAD"}[how%2]
		then := []error{io.EOF, syscall.ECONNRESET, os.ErrDeadlineExceeded}[how/2%3]
		r, end := ReadResponse(stream(text, then), method)
		slow, slowEnd := ReadResponse(iotest.OneByteReader(stream(text, then)), method)
		if slow.Bytes > r.Bytes || !bytes.HasPrefix(r.Raw, slow.Raw) {
			t.Errorf("byte by byte %d bytes were read, at once %d", slow.Bytes, r.Bytes)
		}
		slow.Bytes, slow.Raw, slow.Extra = r.Bytes, r.Raw, r.Extra // at once it may read on past the end
		if got, want := fmt.Sprintf("%+v %s", slow, slowEnd), fmt.Sprintf("%+v %s", r, end); got != want {
			t.Errorf("byte by byte: %s\nat once: %s", got, want)
		}
		consistent(t, r, end, method, then)
	})
}

// consistent holds what is true of every response.
func consistent(t *testing.T, r Response, end End, method string, then error) {
	t.Helper()
	if len(r.Tail) != min(r.Body, keepBody) || len(r.Raw) != min(r.Bytes, keepRaw) || r.Body > r.Bytes {
		t.Errorf("the counts do not fit: %+v", r)
	}
	if r.Whole != (r.Problem == "") || end == EndComplete && !r.Whole || r.Status != 0 && r.Status < 100 {
		t.Errorf("it contradicts itself: %s, %+v", end, r)
	}
	if end == EndReset && !errors.Is(then, syscall.ECONNRESET) || end == EndPatience && !errors.Is(then, os.ErrDeadlineExceeded) {
		t.Errorf("it ended by %s, though what came was %v", end, then)
	}
	if !r.Whole {
		return
	}
	length, chunked := r.Get("Content-Length"), r.Get("Transfer-Encoding") != ""
	switch {
	case r.Status/100 == 1 && r.Status != 101 || r.Line == "":
		t.Errorf("a whole response without a final status: %+v", r)
	case method == "HEAD" || r.Status == 101 || r.Status == 204 || r.Status == 304:
		if r.Body != 0 || end != EndComplete {
			t.Errorf("a body of %d bytes where there is none, %s", r.Body, end)
		}
	case !chunked && length != "":
		if strings.TrimLeft(length, "0") != strings.TrimLeft(fmt.Sprint(r.Body), "0") || end != EndComplete {
			t.Errorf("a whole body of %d bytes for the length %q, %s", r.Body, length, end)
		}
	case !chunked:
		if end != EndFIN || then != io.EOF {
			t.Errorf("a body until the end is whole after %s, %v", end, then)
		}
	}
}
