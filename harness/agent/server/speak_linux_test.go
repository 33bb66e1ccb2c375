package server

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/badgateway/badgateway/harness/agent"
	"github.com/badgateway/badgateway/harness/script"
)

// uwsgiRequest is a request as peers send it.
func uwsgiRequest(pairs ...string) string {
	var block []byte
	for _, text := range pairs {
		block = binary.LittleEndian.AppendUint16(block, uint16(len(text)))
		block = append(block, text...)
	}
	head := binary.LittleEndian.AppendUint16([]byte{uwsgiModifier}, uint16(len(block)))
	return string(append(head, 0)) + string(block)
}

func scgiRequest(pairs ...string) string {
	block := strings.Join(pairs, "\x00") + "\x00"
	return strings.Join([]string{strconv.Itoa(len(block)), block}, ":") + ","
}

var cgiPost = []string{"CONTENT_LENGTH", "5", "SCGI", "1", "REQUEST_METHOD", "POST", "REQUEST_URI", "/here?a"}

var (
	cgiHead    = []string{"REQUEST_METHOD", "HEAD", "SCRIPT_NAME", "/app", "PATH_INFO", "/x", "CONTENT_LENGTH", ""}
	pageValue  = " 0 " + strconv.Itoa(len(script.Page)) + "\r\n" + script.Page + "\r\n"
	wsUpgrade  = "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
	wsSwitches = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
)

// Each protocol's request, byte for byte, with what the history and the peer get to know.
// The pair of key and proof is that of RFC 6455 section 1.3.
var tongues = []struct{ name, sent, told, got string }{
	{"http/1.1", "POST /p HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello", `http/1.1 "POST /p" 5`,
		"HTTP/1.1 200 OK\r\n" + pageFields + "Connection: close\r\n\r\n" + script.Page},
	{"http/1.0", "GET /old HTTP/1.0\r\n\r\n", `http/1.0 "GET /old" 0`, "HTTP/1.1 200 OK\r\n" + pageFields + "Connection: close\r\n\r\n" + script.Page},
	{"a method like a preface", "PROPFIND / HTTP/1.0\r\n\r\n", `http/1.0 "PROPFIND /" 0`,
		"HTTP/1.1 200 OK\r\n" + pageFields + "Connection: close\r\n\r\n" + script.Page},
	{"an upgrade that was not asked for whole", "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: close\r\n\r\n", `http/1.1 "GET /" 0`,
		"HTTP/1.1 200 OK\r\n" + pageFields + "Connection: close\r\n\r\n" + script.Page},
	{"uwsgi", uwsgiRequest(cgiPost...) + "hello", `uwsgi "POST /here?a" 5`, "HTTP/1.0 200 OK\r\n" + pageFields + "\r\n" + script.Page},
	{"uwsgi, HEAD", uwsgiRequest(cgiHead...), `uwsgi "HEAD /app/x" 0`, "HTTP/1.0 200 OK\r\n" + pageFields + "\r\n"},
	{"scgi", scgiRequest(cgiPost...) + "hello", `scgi "POST /here?a" 5`, "Status: 200 OK\r\n" + pageFields + "\r\n" + script.Page},
	{"scgi, HEAD", scgiRequest(cgiHead...), `scgi "HEAD /app/x" 0`, "Status: 200 OK\r\n" + pageFields + "\r\n"},
	{"fastcgi", fcgiRequest(fcgiOnce, "POST", 1), `fastcgi "POST /f?a=b" 5`, fcgiAnswer(1, script.Page)},
	{"memcached", "get /k\r\nquit\r\n", `memcached "get /k" 0`, "VALUE /k" + pageValue + "END\r\n"},
	{"memcached, two values", "get a b\r\nquit\r\n", `memcached "get a b" 0`, "VALUE a" + pageValue + "VALUE b" + pageValue + "END\r\n"},
	{"memcached, gets and more", "gets a\r\nversion\r\nquit\r\n", `memcached "gets a" 0`,
		"VALUE a 0 " + strconv.Itoa(len(script.Page)) + " 1\r\n" + script.Page + "\r\nEND\r\nERROR\r\n"},
	{"websocket", wsUpgrade + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n" +
		"\x01\x83\x01\x02\x03\x04icq" + "\x80\x82\x00\x00\x00\x00lo" + "\x89\x01p" + "\x8a\x00" + "\x82\x7e\x01\x00" + strings.Repeat("x", 256) + "\x88\x02\x03\xe8",
		`websocket "GET /ws" 0`,
		wsSwitches + "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n" + "\x01\x03har" + "\x80\x02lo" + "\x8a\x01p" + "\x82\x7e\x01\x00" + strings.Repeat("x", 256) + "\x88\x02\x03\xe8"},
	{"websocket without a key", wsUpgrade + "\r\n", `websocket "GET /ws" 0`, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"},
}

func TestAnUpstreamAnswersInWhatItIsAsked(t *testing.T) {
	for _, c := range tongues {
		t.Run(c.name, func(t *testing.T) {
			s := play(t, "serve", nil)
			conn := s.dial()
			io.WriteString(conn, c.sent)
			if got, end := hear(conn); got != c.got || end != "fin" {
				t.Errorf("the peer read\n%q, then %s; want\n%q", got, end, c.got)
			}
			if told := s.request(); told != c.told {
				t.Errorf("the history tells of %s, want %s", told, c.told)
			}
		})
	}
}

// What comes in pieces is the same. Detection must not wait for more than there is.
func TestARequestMayComeByteByByte(t *testing.T) {
	for _, c := range tongues {
		t.Run(c.name, func(t *testing.T) {
			here, there := io.Pipe()
			go func() {
				for i := range len(c.sent) {
					there.Write([]byte{c.sent[i]})
				}
				there.Close()
			}()
			var got bytes.Buffer
			p, err := speaking(bufio.NewReader(here), &got)
			if err != nil {
				t.Fatal(err)
			}
			a, err := p.read()
			if err != nil {
				t.Fatal(err)
			}
			if err := p.answer(a); err != nil || !strings.HasPrefix(c.got, got.String()) || got.Len() == 0 {
				t.Errorf("the peer read %q, %v; want %q", got.String(), err, c.got)
			}
		})
	}
}

// What is told apart by its first bytes is judged at once: the peer sends no more.
func TestNobodyIsWaitedForInVain(t *testing.T) {
	for _, sent := range []string{"PING\r\n", "PRI\r\n", "g\r\n", "gets\r\n"} {
		s := play(t, "serve", nil)
		conn := s.dial()
		io.WriteString(conn, sent)
		if e := s.next(agent.Gone); !strings.Contains(e.Text, "malformed HTTP request") {
			t.Errorf("%q ends with %q", sent, e.Text)
		}
	}
}

func TestATunnelIsEchoedAsItIs(t *testing.T) {
	s := play(t, "serve", nil)
	conn := s.dial()
	io.WriteString(conn, wsUpgrade+"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	head := make([]byte, len(wsSwitches+"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"))
	if _, err := io.ReadFull(conn, head); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"ping", "pong"} {
		io.WriteString(conn, word)
		got := make([]byte, len(word))
		if _, err := io.ReadFull(conn, got); err != nil || string(got) != word {
			t.Fatalf("%q comes back as %q, %v", word, got, err)
		}
	}
}

// What is no request ends the connection, with a reason, and nothing of its size is kept.
func TestWhatIsNoRequestIsSaidSo(t *testing.T) {
	long := strings.Repeat("x", 2*longestHead)
	for sent, want := range map[string]string{
		"\x00\xff\xff\x00torn":                 "unexpected EOF",
		"\x00\x05\x00\x00\xff\xffabc":          errVars.Error(),
		uwsgiRequest("CONTENT_LENGTH", "-1"):   `a CONTENT_LENGTH of "-1"`,
		uwsgiRequest("CONTENT_LENGTH", "9999"): "unexpected EOF",
		"99999:":                               errTooManyVars.Error(),
		"999999999999999999:":                  errTooManyVars.Error(),
		"12":                                   "unexpected EOF",
		"1x:":                                  errNetstring.Error(),
		"2:ab;":                                errNetstring.Error(),
		"2:ab,":                                errVars.Error(),
		"2:a\x00,":                             errVars.Error(),
		"9:abc":                                "unexpected EOF",
		scgiRequest("CONTENT_LENGTH", "1e3"):   `a CONTENT_LENGTH of "1e3"`,
		"get " + long:                          "a command of more than 65536 bytes",
		"get a":                                "unexpected EOF",
		"GET /" + long + " HTTP/1.1\r\n":       "a head of more than 1048576 bytes",
		"GET / HTTP/1.1\r\nContent-Length: 3\r\n\r\n":                                      "unexpected EOF",
		"PRI * HTTP/2.0\r\n\r\nSX\r\n\r\n":                                                 `an HTTP/2 preface of "PRI * HTTP/2.0\r\n\r\nSX\r\n\r\n"`,
		wsUpgrade + "Sec-WebSocket-Key: a\r\n\r\n\x82\x7f\x00\x00\x00\x01\x00\x00\x00\x00": "a frame of 4294967296 bytes, the most is 1048576",
		wsUpgrade + "Sec-WebSocket-Key: a\r\n\r\n\x82\x85abc":                              "unexpected EOF",
	} {
		s := play(t, "serve", nil)
		conn := s.dial()
		go func() {
			io.WriteString(conn, sent)
			conn.(stream).CloseWrite()
		}()
		hear(conn)
		if e := s.next(agent.Gone); e.Text != want {
			t.Errorf("%.40q ends with %q, want %q", sent, e.Text, want)
		}
	}
}

func FuzzUWSGI(f *testing.F) {
	f.Add([]byte(uwsgiRequest(cgiPost...) + "hello"))
	f.Fuzz(func(t *testing.T, sent []byte) {
		readAll(t, sent, func(in *bufio.Reader, out io.Writer) protocol { return &uwsgi{in: in, out: out} })
	})
}

func FuzzSCGI(f *testing.F) {
	f.Add([]byte(scgiRequest(cgiPost...) + "hello"))
	f.Fuzz(func(t *testing.T, sent []byte) {
		readAll(t, sent, func(in *bufio.Reader, out io.Writer) protocol { return &scgi{in: in, out: out} })
	})
}

func FuzzMemcached(f *testing.F) {
	f.Add([]byte("get a b\r\ngets c\nquit\r\n"))
	f.Fuzz(func(t *testing.T, sent []byte) {
		readAll(t, sent, func(in *bufio.Reader, out io.Writer) protocol { return &memcached{in: in, out: out} })
	})
}

// Whatever a connection begins with, it is spoken to in something.
func FuzzSpeaking(f *testing.F) {
	for _, c := range tongues {
		f.Add([]byte(c.sent))
	}
	f.Add([]byte(h2Opening))
	f.Fuzz(func(t *testing.T, sent []byte) {
		p, err := speaking(bufio.NewReader(bytes.NewReader(sent)), io.Discard)
		for err == nil {
			var a asked
			if a, err = p.read(); err == nil {
				err = p.answer(a)
			}
		}
	})
}
