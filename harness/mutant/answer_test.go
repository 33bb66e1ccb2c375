package mutant

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness"
	"github.com/badgateway/badgateway/harness/agent"
)

// relayed reads an answer from bytes and passes it on into a buffer.
func relayed(text, method string, minor byte) (out bytes.Buffer, a *answer, err error) {
	r := newAnswerReader(strings.NewReader(text), headerLimit, leniency{})
	if a, err = r.head(method); err == nil {
		err = relay{to: &out, minor: minor}.answer(a, r.body(a))
	}
	return out, a, err
}

func TestAnswersThatAreNone(t *testing.T) {
	for _, c := range []struct{ what, text, kind string }{
		{"another protocol", "220 mail.test ESMTP\r\n", protocolError},
		{"another version", "HTTP/2.0 200 OK\r\n\r\n", protocolError},
		{"a minor version of two digits", "HTTP/1.10 200 OK\r\n\r\n", protocolError},
		{"a status of two digits", "HTTP/1.1 20 OK\r\n\r\n", protocolError},
		{"a status of four digits", "HTTP/1.1 2000 OK\r\n\r\n", protocolError},
		{"a status below 100", "HTTP/1.1 099 OK\r\n\r\n", protocolError},
		{"a status over 599", "HTTP/1.1 600 OK\r\n\r\n", protocolError},
		{"no status", "HTTP/1.1\r\n\r\n", protocolError},
		{"a tab for a space", "HTTP/1.1\t200 OK\r\n\r\n", protocolError},
		{"a NUL in the reason", "HTTP/1.1 200 O\x00K\r\n\r\n", protocolError},
		{"a bare CR", ok + "A: b\rC: d\r\n\r\n", protocolError},
		{"a line without a colon", ok + "A b\r\n\r\n", protocolError},
		{"no name", ok + ": b\r\n\r\n", protocolError},
		{"a space in a name", ok + "A b: c\r\n\r\n", protocolError},
		{"a line that goes on", ok + "A: b\r\n c\r\n\r\n", protocolError},
		{"a length that is a word", ok + "Content-Length: six\r\n\r\n", protocolError},
		{"a negative length", ok + "Content-Length: -6\r\n\r\n", protocolError},
		{"a length with a sign", ok + "Content-Length: +6\r\n\r\n", protocolError},
		{"an empty length", ok + "Content-Length:\r\n\r\n", protocolError},
		{"a length beyond all", ok + "Content-Length: 9223372036854775808\r\n\r\n", protocolError},
		{"two lengths in a line", ok + "Content-Length: 1, 2\r\n\r\na", protocolError},
		{"a length and chunks", ok + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + lastChunk, protocolError},
		{"an unknown coding", ok + "Transfer-Encoding: gzip, chunked\r\n\r\n" + lastChunk, badTransferCoding},
		{"chunks of HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + lastChunk, badTransferCoding},
		{"a header over the limit", ok + strings.Repeat("A: b\r\n", headerLimit), headerTooLarge},
		{"an endless status line", "HTTP/1.1 200 " + strings.Repeat("a", headerLimit), headerTooLarge},
		{"nothing", "", incomplete},
		{"a header without an end", ok + "A: b\r\n", incomplete},
	} {
		out, _, err := relayed(c.text, "GET", '1')
		if kindOf(err) != c.kind {
			t.Errorf("%s: %v, expected %s", c.what, err, c.kind)
		}
		if out.Len() > 0 {
			t.Errorf("%s: the client was sent %q", c.what, &out)
		}
	}
}

func TestBodiesThatBreakOff(t *testing.T) {
	const chunks = ok + "Transfer-Encoding: chunked\r\n\r\n"
	for _, c := range []struct{ what, text, kind string }{
		{"a size that is no number", chunks + "x\r\n", badTransferCoding},
		{"an empty size", chunks + "\r\n", badTransferCoding},
		{"a size with a sign", chunks + "+1\r\na\r\n" + lastChunk, badTransferCoding},
		{"a size in Go's words", chunks + "0x1\r\na\r\n" + lastChunk, badTransferCoding},
		{"a size beyond all", chunks + "8000000000000000\r\n", badTransferCoding},
		{"a size's line without CR", chunks + "1\na\r\n" + lastChunk, badTransferCoding},
		{"a size's line without an end", chunks + strings.Repeat("0", 2*maxSizeLine), badTransferCoding},
		{"more than the size says", chunks + "1\r\nab\r\n" + lastChunk, badTransferCoding},
		{"less than the size says", chunks + "3\r\nab", incomplete},
		{"a bad trailer", chunks + "0\r\nno trailer\r\n\r\n", badTransferCoding},
		{"a trailer over the limit", chunks + "0\r\n" + strings.Repeat("A: b\r\n", headerLimit), trailerTooLarge},
		{"a trailer without an end", chunks + "0\r\nA: b\r\n", incomplete},
		{"less than the length says", ok + "Content-Length: 3\r\n\r\nab", incomplete},
	} {
		out, a, err := relayed(c.text, "GET", '1')
		if kindOf(err) != c.kind || err.(*failure).phase != harness.PhaseBody {
			t.Errorf("%s: %v, expected %s", c.what, err, c.kind)
		}
		seen, _ := agent.ReadResponse(&out, "GET")
		if a.status != 200 || seen.Status != 200 || seen.Whole {
			t.Errorf("%s: the client takes it for whole: %q", c.what, seen.Raw)
		}
	}
}

func TestAnswersThatAreWhole(t *testing.T) {
	const chunks = ok + "Transfer-Encoding: chunked\r\n\r\n"
	for _, c := range []struct{ what, text, body string }{
		{"a length", ok + "Content-Length: 2\r\n\r\nabc", "ab"},
		{"a length, twice", ok + "Content-Length: 2\r\nContent-Length: 2\r\n\r\nab", "ab"},
		{"a length that Connection names", ok + "Content-Length: 2\r\nConnection: Content-Length\r\n\r\nabc", "ab"},
		{"no length", ok + "\r\nab", "ab"},
		{"no length, no body", ok + "\r\n", ""},
		{"no reason", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", ""},
		{"HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nab", "ab"},
		{"line ends without CR", "HTTP/1.1 200 OK\nContent-Length: 2\n\nab", "ab"},
		{"white space before the colon", ok + "Content-Length : 2\r\n\r\nab", "ab"},
		{"two chunks, one with an extension", chunks + "1\r\na\r\n01;x=y \r\nb\r\n" + lastChunk, "ab"},
		{"a trailer", chunks + "1\r\na\r\n0\r\nA: b\r\n\r\n", "a"},
		{"304 with a length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", ""},
		{"204", "HTTP/1.1 204 No Content\r\n\r\nab", ""},
	} {
		for _, minor := range []byte("01") {
			out, _, err := relayed(c.text, "GET", minor)
			if err != nil {
				t.Errorf("%s: %v", c.what, err)
			}
			seen, _ := agent.ReadResponse(&out, "GET")
			if !seen.Whole || string(seen.Tail) != c.body {
				t.Errorf("%s: the client of HTTP/1.%c read %q of %q, %s", c.what, minor, seen.Tail, seen.Raw, seen.Problem)
			}
		}
	}
}

// FuzzAnswer: whatever an upstream says, the proxy ends, and the client of a lab, who
// reads with other code, takes for whole exactly what was whole, with the same body.
func FuzzAnswer(f *testing.F) {
	for _, b := range []string{healthy, tooShort, untilFIN, oneChunk, oneChunk + lastChunk, oneChunk + "zz\r\n", "SSH-2.0-x\r\n"} {
		f.Add(b, true)
	}
	f.Add(ok+"Connection: content-length, x\r\nX: y\r\nContent-Length: 2,2\r\n\r\nab", true)
	f.Add("HTTP/1.1 304 N\r\nTransfer-Encoding: chunked\r\n\r\n", true)
	f.Add(healthy, false)
	f.Fuzz(func(t *testing.T, text string, get bool) {
		method := "HEAD"
		if get {
			method = "GET"
		}
		out, a, err := relayed(text, method, '1')
		if err != nil && kindOf(err) == "" {
			t.Fatalf("an error that is no failure: %v", err)
		}
		if a == nil || out.Len() == 0 || a.status/100 == 1 {
			if err == nil && (a == nil || a.status/100 != 1) {
				t.Fatal("neither an answer nor an error")
			}
			return
		}
		sent := out.Bytes()
		head, _, _ := bytes.Cut(sent, []byte("\r\n\r\n"))
		if len(head) > headerLimit+200 || bytes.IndexByte(head, 0) >= 0 {
			t.Errorf("the header %q went out", head)
		}
		seen, _ := agent.ReadResponse(bytes.NewReader(sent), method)
		if seen.Status != a.status || seen.Whole != (err == nil) {
			t.Errorf("%q (%v) went out as %q: %d, whole %v, %s", text, err, sent, seen.Status, seen.Whole, seen.Problem)
		}
		if err == nil {
			if body := bodyOf(t, text, method); seen.Body != len(body) {
				t.Errorf("%q has %d bytes of body, the client read %d", text, len(body), seen.Body)
			}
		}
	})
}

func bodyOf(t *testing.T, text, method string) []byte {
	r := newAnswerReader(strings.NewReader(text), headerLimit, leniency{})
	a, err := r.head(method)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(r.body(a))
	if err != nil {
		t.Fatal(err)
	}
	return body
}
