package server

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"testing"

	"github.com/badgateway/badgateway/harness/script"
)

// fcgi is one record as peers send it.
func fcgi(kind byte, id uint16, content string, padding byte) string {
	head := []byte{fastCGIVersion, kind, byte(id >> 8), byte(id), byte(len(content) >> 8), byte(len(content)), padding, 0}
	return string(head) + content + string(make([]byte, padding))
}

// fcgiVars are names and values, the values with lengths of four bytes.
func fcgiVars(pairs ...string) (block string) {
	for i := 0; i < len(pairs); i += 2 {
		length := binary.BigEndian.AppendUint32(nil, 1<<31|uint32(len(pairs[i+1])))
		block += string(byte(len(pairs[i]))) + string(length) + pairs[i] + pairs[i+1]
	}
	return block
}

const (
	fcgiOnce = "\x00\x01\x00\x00\x00\x00\x00\x00" // the content of a begin: a responder
	fcgiKeep = "\x00\x01\x01\x00\x00\x00\x00\x00"
)

func fcgiRequest(begin, method string, id uint16) string {
	return fcgi(fcgiBegin, id, begin, 0) +
		fcgi(fcgiParams, id, fcgiVars("REQUEST_METHOD", method, "REQUEST_URI", "/f?a=b"), 3) + fcgi(fcgiParams, id, "", 0) +
		fcgi(fcgiStdin, id, "hel", 5) + fcgi(fcgiStdin, id, "lo", 0) + fcgi(fcgiStdin, id, "", 0)
}

func fcgiAnswer(id uint16, page string) string {
	return fcgi(fcgiStdout, id, "Status: 200 OK\r\n"+pageFields+"\r\n"+page, 0) +
		fcgi(fcgiStdout, id, "", 0) + fcgi(fcgiEnd, id, "\x00\x00\x00\x00\x00\x00\x00\x00", 0)
}

func TestFastCGIKeepsAConnectionForWhomItIsToldTo(t *testing.T) {
	s := play(t, "serve", nil)
	c := s.dial()
	for _, ask := range []struct{ method, page string }{{"POST", script.Page}, {"HEAD", ""}} {
		io.WriteString(c, fcgiRequest(fcgiKeep, ask.method, 700))
		want := fcgiAnswer(700, ask.page)
		got := make([]byte, len(want))
		if _, err := io.ReadFull(c, got); err != nil || string(got) != want {
			t.Fatalf("%s: the peer read %q, %v; want %q", ask.method, got, err, want)
		}
		if got, want := s.request(), `fastcgi "`+ask.method+` /f?a=b" 5`; got != want {
			t.Errorf("the history tells of %s, want %s", got, want)
		}
	}
	io.WriteString(c, fcgiRequest(fcgiOnce, "GET", 1))
	if got, end := hear(c); got != fcgiAnswer(1, script.Page) || end != "fin" {
		t.Errorf("the last answer was %q, then %s", got, end)
	}
}

func TestFastCGITakesOneRequestAtATime(t *testing.T) {
	const status = 4
	for name, c := range map[string]struct{ sent, got string }{
		"a second one meanwhile": {
			fcgi(fcgiBegin, 1, fcgiOnce, 0) + fcgi(fcgiBegin, 2, fcgiOnce, 0) + fcgi(fcgiStdin, 2, "", 0) + fcgi(fcgiStdin, 1, "", 0),
			fcgi(fcgiEnd, 2, string([]byte{status: fcgiOneOnly, 7: 0}), 0) + fcgiAnswer(1, script.Page),
		},
		"one that is taken back": {
			fcgi(fcgiBegin, 1, fcgiKeep, 0) + fcgi(fcgiAbort, 1, "", 0) + fcgiRequest(fcgiOnce, "GET", 2),
			fcgi(fcgiEnd, 1, string([]byte{7: 0}), 0) + fcgiAnswer(2, script.Page),
		},
		"questions about the application": {
			fcgi(fcgiGetValues, 0, fcgiVars("FCGI_MAX_CONNS", ""), 0) + fcgi(99, 0, "", 0) + fcgiRequest(fcgiOnce, "GET", 1),
			fcgi(fcgiValues, 0, "", 0) + fcgi(fcgiUnknown, 0, string([]byte{99, 7: 0}), 0) + fcgiAnswer(1, script.Page),
		},
	} {
		s := play(t, "serve", nil)
		conn := s.dial()
		io.WriteString(conn, c.sent)
		if got, end := hear(conn); got != c.got || end != "fin" {
			t.Errorf("%s: the peer read %q, then %s; want %q", name, got, end, c.got)
		}
	}
}

func TestFastCGIThatIsNone(t *testing.T) {
	long := fcgi(fcgiParams, 1, string(make([]byte, 60_000)), 0)
	for want, sent := range map[string]string{
		"unexpected EOF":                fcgiRequest(fcgiOnce, "GET", 1)[:60],
		"EOF":                           "",
		"a FastCGI record of version 9": "\x09\x01\x00\x00\x00\x00\x00\x00",
		errTooManyVars.Error():          fcgi(fcgiBegin, 1, fcgiOnce, 0) + long + long,
		errVars.Error():                 fcgi(fcgiBegin, 1, fcgiOnce, 0) + fcgi(fcgiParams, 1, "\xff\xff\xff\xff\x01ab", 0) + fcgi(fcgiStdin, 1, "", 0),
		"a FastCGI request that begins with 1 bytes, not 8": fcgi(fcgiBegin, 1, "x", 0),
	} {
		f := &fastCGI{in: bytes.NewReader([]byte(sent)), out: io.Discard}
		if a, err := f.read(); err == nil || err.Error() != want {
			t.Errorf("%.60q is %+v, %v; want %s", sent, a, err, want)
		}
	}
}

func FuzzFastCGI(f *testing.F) {
	f.Add([]byte(fcgiRequest(fcgiKeep, "GET", 1) + fcgiRequest(fcgiOnce, "POST", 2)))
	f.Add([]byte(fcgi(fcgiBegin, 1, fcgiOnce, 0) + fcgi(fcgiParams, 1, "\xff\xff\xff\xff", 0) + fcgi(fcgiGetValues, 0, "", 9)))
	f.Fuzz(func(t *testing.T, sent []byte) {
		readAll(t, sent, func(in *bufio.Reader, out io.Writer) protocol { return &fastCGI{in: in, out: out} })
	})
}

// readAll reads and answers whatever there is, and holds it to what came.
func readAll(t *testing.T, sent []byte, speak func(*bufio.Reader, io.Writer) protocol) {
	t.Helper()
	p := speak(bufio.NewReader(bytes.NewReader(sent)), io.Discard)
	left := len(sent) // for texts and bodies together
	for {
		a, err := p.read()
		if err != nil {
			return
		}
		if left -= len(a.text) - 1 + int(a.body); left < 0 || a.protocol == "" {
			t.Fatalf("%q has a request %+v", sent, a)
		}
		if err := p.answer(a); err != nil {
			t.Fatalf("answering %+v: %v", a, err)
		}
	}
}
